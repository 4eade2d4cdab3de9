import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { nights, pastRun } from '../../unit/trend/past-runs.ts';

const DRAINBENCH = new URL('../../../bin/drainbench', import.meta.url).pathname;
const RUN = new URL('../../fixtures/runs/synthetic-small', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-history-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const drainbench = (...args: readonly string[]) => execa(DRAINBENCH, args, { cwd: folder, reject: false });

/** The fixture as it would have been on other nights, some of them slower. */
function keptNights(count: number): void {
  const [file] = readdirSync(join(folder, 'drainbench-history'));
  const kept = JSON.parse(readFileSync(join(folder, 'drainbench-history', file ?? ''), 'utf8')) as ReturnType<
    typeof pastRun
  >;
  for (const [night, { cells, ...other }] of nights(count).entries()) {
    const run = { ...kept, runId: other.runId, startedAtMs: kept.startedAtMs - (count - night) * 86_400_000 };
    const [first] = cells;
    const own = kept.cells.map((cell) => ({ ...cell, marginMs: first?.marginMs, failingTrials: 0 }));
    writeFileSync(join(folder, 'drainbench-history', `${run.runId}.json`), JSON.stringify({ ...run, cells: own })); // prettier-ignore
  }
}

it('keeps a run, shows what is kept, and writes a page that needs nothing else', async () => {
  const added = await drainbench('history', 'add', RUN);
  expect(added.stderr).toBe('');
  expect(added.stdout).toMatch(/^synthetic-small \S+ \(\w+\) is kept in drainbench-history$/);
  expect((await drainbench('history', 'add', RUN)).stdout).toContain('was kept already');
  keptNights(12);
  const shown = await drainbench('history', 'show', '--html', 'history.html');
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toMatch(/^13 runs, /);
  expect(shown.stdout).toContain('synthetic-small on embedded, Kubernetes ');
  const page = readFileSync(join(folder, 'history.html'), 'utf8');
  expect(page).toContain('<polyline');
  expect(page).not.toMatch(/https?:\/\/|<script/);
});

it('holds a run against earlier ones, and says by its exit code what came of it', async () => {
  await drainbench('history', 'add', RUN);
  const few = await drainbench('history', 'gate', RUN);
  expect(few.exitCode).toBe(2);
  expect(few.stdout).toContain('INCONCLUSIVE  too few earlier runs to tell');
  keptNights(12);
  const gate = await drainbench('history', 'gate', RUN);
  expect(gate.exitCode).toBe(0);
  expect(gate.stdout).toMatch(/beyond the P95 of earlier runs; by chance alone it is \d+\.\d on average/);
});

it('compares a run with all earlier ones of its kind', async () => {
  await drainbench('history', 'add', RUN);
  keptNights(12);
  const compared = await drainbench('compare', '--baseline', 'history', RUN);
  expect(compared.stdout).toMatch(/none +delete +fresh +12 +0 of 24 +2 of 2 +worse \(p /);
  expect(compared.stdout).toMatch(/^FAIL {2}worse than before: none \(fresh\)$/m);
  expect(compared.exitCode).toBe(1);
  const alone = await drainbench('compare', RUN);
  expect(alone.exitCode).toBe(64);
  expect(alone.stderr).toContain('drainbench compare --baseline history RUN');
});

it('refuses what cannot be kept, with what to do instead, and keeps nothing of it', async () => {
  const empty = join(folder, 'empty');
  cpSync(RUN, empty, { recursive: true });
  rmSync(join(empty, 'trials'), { recursive: true });
  const without = await drainbench('history', 'add', empty);
  expect(without.exitCode).toBe(64);
  expect(without.stderr).toContain('has no trial: there is nothing to keep of it');
  const running = join(folder, 'running');
  cpSync(RUN, running, { recursive: true });
  const manifest = readFileSync(join(running, 'manifest.json'), 'utf8');
  writeFileSync(join(running, 'manifest.json'), manifest.replace('"finished"', '"running"'));
  expect((await drainbench('history', 'add', running)).stderr).toContain('is not over, or was killed');
  writeFileSync(join(running, 'manifest.json'), manifest.replace(/"runId": "[^"]*"/, '"runId": "../../out"'));
  expect((await drainbench('history', 'add', running)).stderr).toContain('cannot be kept under that name');
  expect((await drainbench('history', 'show')).stderr).toContain('there is no history in drainbench-history');
});

it('says of damaged files that they are not used, and goes on without them', async () => {
  await drainbench('history', 'add', RUN);
  writeFileSync(join(folder, 'drainbench-history', 'half.json'), '{"schemaVersion":1,"ru');
  writeFileSync(join(folder, 'drainbench-history', 'newer.json'), '{"schemaVersion":7}');
  const shown = await drainbench('history', 'show');
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toContain(
    'not used: half.json: it is no JSON: cut in half, perhaps. Add its run again.',
  );
  expect(shown.stdout).toContain('not used: 1 file of a newer drainbench (newer.json)');
  expect((await drainbench('history', 'gate', RUN)).stderr).toContain('not used: half.json');
});
