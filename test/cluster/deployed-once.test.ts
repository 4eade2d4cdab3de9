import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import { readJournal } from '../../src/history/journal-reader.ts';
import { readTrialRecord } from '../../src/history/trial-record-file.ts';
import { journalLeftovers } from '../../src/run/journal-leftovers.ts';
import { drainbench, kubectl } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { untilPhase } from '../e2e/support/until-phase.ts';

const BOX = 'e2e-deployedonce';
const SCENARIO = new URL('./fixtures/deployed-once.yaml', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'drainbench-deployed-once-'));

beforeAll(async () => {
  const up = await drainbench(['cluster', 'up', BOX, '--nodes', '2']);
  expect(up.exitCode, up.all).toBe(0);
});

afterAll(async () => {
  await drainbench(['cluster', 'down', BOX]);
  rmSync(folder, { recursive: true });
});

const ownNamespaces = () =>
  kubectl(BOX, 'get', 'namespaces', '-l', 'app.kubernetes.io/managed-by=drainbench', '-o', 'name');

describe.each([1, 3])('a run that deploys once, with %s lanes', (lanes) => {
  const reports = join(folder, `${lanes}`);
  const path = () => realpathSync(join(reports, 'latest'));

  it('measures each trial by itself on what an earlier one left, and leaves nothing behind', async () => {
    const run = await drainbench([
      ...['run', SCENARIO, '--reports', reports, '--cluster', BOX, '--lanes', `${lanes}`],
    ]);
    expect([0, 1, 2], run.all).toContain(run.exitCode);
    expect(await ownNamespaces()).toBe('');
    expect(journalLeftovers((await readJournal(path())).entries)).toEqual([]);

    const { trials } = await analyzeRun(path());
    const counted = trials.filter((trial) => trial.counted);
    expect(counted.map(({ trial, verdict }) => `${trial.number} ${verdict === 'void'}`)).toEqual(
      [1, 2, 3, 4, 5, 6].map((number) => `${number} false`),
    );
    const later = counted.filter(({ standUse }) => standUse > 1);
    expect(later.length).toBeGreaterThan(0);
    for (const { directory, trial, phases, milestones, loads, findings } of later) {
      const record = await readTrialRecord(join(path(), directory));
      expect(record.stand?.deployedFor, directory).not.toMatch(new RegExp(`^0*${trial.number}-`));
      expect(record.requestPrefix).toBe(`${trial.number}-1.`);
      // Its own requests alone, and the app's ledger knows each of them.
      expect(loads[0]?.intended).toBeGreaterThan(0);
      expect(findings.map(({ code }) => code)).not.toContain('app-ledger-cut');
      if (trial.disruption.type === 'none') continue;
      // What it saw of its Pods is what happened to them in this trial.
      const fromNs = phases[0]?.atNs ?? Infinity;
      const ends = milestones.filter(({ name }) => name === 'delete-received' || name === 'process-exited');
      expect(ends.length).toBeGreaterThan(0);
      for (const { name, atNs } of ends) expect(atNs, `${name} in ${directory}`).toBeGreaterThan(fromNs);
    }
  });
});

describe('a run that deploys once and is interrupted', () => {
  const reports = join(folder, 'interrupted');
  const path = () => realpathSync(join(reports, 'latest'));

  it('removes what waits for its next trial, and deploys it anew when it goes on', async () => {
    let over = false;
    const running = drainbench(['run', SCENARIO, '--reports', reports, '--cluster', BOX]);
    void running.finally(() => (over = true));
    await untilPhase(reports, '003-positive-control', 'settle', () => over);
    running.kill('SIGINT');
    const { exitCode, all } = await running;
    expect(exitCode, all).toBe(130);
    await eventually(async () => expect(await ownNamespaces()).toBe(''));
    expect(journalLeftovers((await readJournal(path())).entries)).toEqual([]);

    const resumed = await drainbench(['run', '--resume', path()]);
    expect([0, 1, 2], resumed.all).toContain(resumed.exitCode);
    const { trials } = await analyzeRun(path());
    expect(trials.filter((trial) => trial.counted).map(({ trial }) => trial.number)).toEqual([
      ...[1, 2, 3, 4, 5, 6],
    ]);
  });
});
