import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import { seededRandom } from '../../src/model/seeded-random.ts';
import { drainbench, kubectl } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { snapshotHost } from '../e2e/support/host-snapshot.ts';
import { sampleImage } from '../e2e/support/sample-image.ts';
import { ChaosRun, type Where } from './chaos/chaos-run.ts';
import { FAULTS, type Fault } from './chaos/faults.ts';
import { lookAtObjects } from './chaos/others.ts';

/** `CHAOS_RUNS=4 CHAOS_SEED=7` for fewer, and for the same ones again. */
const RUNS = Number(process.env['CHAOS_RUNS'] ?? 60);
const SEED = Number(process.env['CHAOS_SEED'] ?? Math.trunc(Date.now() / 1000));
const BOX = 'e2e-chaos';
/** The trials of a run are over after that. */
const LATEST_MS = 25_000;
/** Somebody else's, which must be there afterwards as it was; one has a run's labels, but for the one that counts. */
const OTHERS = `
apiVersion: v1
kind: Namespace
metadata: { name: team }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: theirs, namespace: team, labels: { drainbench.dev/run: theirs } }
data: { kept: "yes" }
---
apiVersion: v1
kind: Pod
metadata: { name: theirs, namespace: team }
spec: { nodeSelector: { none: such }, containers: [{ name: none, image: none }] }
`;

/** One line of the table. */
interface Outcome {
  times: number;
  left: number;
  changed: number;
  lost: number;
  unreadable: number;
}

const folder = mkdtempSync(join(tmpdir(), 'drainbench-chaos-'));
const random = seededRandom(SEED);
const table = new Map<string, Outcome>();

beforeAll(async () => {
  const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '2']);
  expect(up.exitCode, up.all).toBe(0);
  const loaded = await drainbench(['cluster', 'load-image', await sampleImage(), '--name', BOX]);
  expect(loaded.exitCode, loaded.all).toBe(0);
  writeFileSync(join(folder, 'others.yaml'), OTHERS);
  await kubectl(BOX, 'apply', '-f', join(folder, 'others.yaml'));
});

afterAll(async () => {
  process.stdout.write(`${rendered()}\n`);
  await drainbench(['cluster', 'down', '--name', BOX]);
  rmSync(folder, { recursive: true });
});

describe(`${RUNS} runs to which something happens (CHAOS_SEED=${SEED})`, () => {
  it.each(programme().map(({ fault, where }, index) => [index + 1, fault.name, where, fault] as const))(
    '%i: %s, on a cluster that is %s: nothing is left, nothing of others is changed, nothing is lost',
    async (number, _name, where, fault) => {
      const host = await snapshotHost();
      const { others } = await lookAtObjects(BOX);
      const reports = join(folder, `reports-${number}`);
      if (fault.ownDisk) mount(reports);
      try {
        const run = new ChaosRun(where, BOX, reports, fault);
        await run.untilMeasuring();
        await sleep(random.nextInt(LATEST_MS));
        await fault.strike?.(run, (bound) => random.nextInt(bound));
        const { exitCode, all } = await run.end();
        if (fault.survives) expect([0, 1, 2, 3], all).toContain(exitCode);
        expect(all).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
        if (fault.ownDisk) rmSync(join(reports, 'others'), { force: true });
        await cleanUpAfter(run);
        await judge(`${fault.name} (${where})`, run, others, host);
      } finally {
        if (fault.ownDisk) execFileSync('umount', [reports]);
      }
    },
  );
});

/** Each fault as often as the others, in random order. */
function programme(): readonly { readonly fault: Fault; readonly where: Where }[] {
  const all = FAULTS.flatMap((fault) => fault.where.map((where) => ({ fault, where })));
  const rounds = Array.from({ length: Math.ceil(RUNS / all.length) }, () => random.shuffle(all));
  return rounds.flat().slice(0, RUNS);
}

/** A disk on which a run has room, and little more. */
function mount(path: string): void {
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', path]);
}

/** What a user does who was told to: whatever was killed could not do it by itself. */
async function cleanUpAfter(run: ChaosRun): Promise<void> {
  const reports = ['--reports', run.reports];
  for (const directory of run.directories()) {
    const clean = await drainbench(
      ['clean', '--run', basename(directory), ...run.context, ...reports],
      run.env,
    );
    expect(clean.exitCode, clean.all).toBe(0);
  }
  // Any next command removes what is left of a box that is dead.
  await drainbench(['cluster', 'list']);
}

async function judge(
  fault: string,
  run: ChaosRun,
  others: readonly string[],
  host: Awaited<ReturnType<typeof snapshotHost>>,
): Promise<void> {
  const outcome = table.get(fault) ?? { times: 0, left: 0, changed: 0, lost: 0, unreadable: 0 };
  table.set(fault, outcome);
  outcome.times += 1;
  // What a cluster does by itself, such as noticing that a node is back, takes a moment.
  const now = await eventually(async () => {
    const seen = await lookAtObjects(BOX);
    expect(seen).toEqual({ ours: [], others });
    expect(await snapshotHost()).toEqual(host);
    return seen;
  }, 60_000).catch(() => null);
  if (now === null) {
    const seen = await lookAtObjects(BOX);
    outcome.left +=
      seen.ours.length + (JSON.stringify(await snapshotHost()) === JSON.stringify(host) ? 0 : 1);
    outcome.changed += others.filter((line) => !seen.others.includes(line)).length;
    expect.soft(seen).toEqual({ ours: [], others });
    expect.soft(await snapshotHost()).toEqual(host);
  }
  for (const directory of run.directories()) {
    const report = await drainbench(['report', directory]);
    if (![0, 1, 2, 3].includes(report.exitCode ?? -1)) outcome.unreadable += 1;
    expect.soft(report.exitCode, report.all).toBeLessThanOrEqual(3);
    const { trials } = await analyzeRun(directory);
    const broken = trials.filter(({ findings }) =>
      findings.some(({ code }) => code === 'conservation-broken'),
    );
    outcome.lost += broken.length;
    expect.soft(broken.map((trial) => trial.directory)).toEqual([]);
  }
}

function rendered(): string {
  const head = ['fault', 'times', 'left', 'changed', 'lost', 'unreadable'];
  const rows = [...table].map(([fault, { times, left, changed, lost, unreadable }]) => [
    fault,
    ...[times, left, changed, lost, unreadable].map(String),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n'); // prettier-ignore
}
