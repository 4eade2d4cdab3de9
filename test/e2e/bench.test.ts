import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import { drainbench } from './support/drainbench.ts';
import { eventually } from './support/eventually.ts';
import { snapshotHost } from './support/host-snapshot.ts';

const SCENARIO = new URL('./fixtures/quick.yaml', import.meta.url).pathname;
const CI_RUN = new URL('../../scripts/ci-run.sh', import.meta.url).pathname;
const ARTEFACTS = [
  'trials.csv',
  'strategies.csv',
  'margins.csv',
  'budgets.csv',
  'failures.csv',
  'milestones.csv',
  'junit.xml',
  'summary.md',
  'report.html',
];

describe('a run from end to end', () => {
  const reports = mkdtempSync(join(tmpdir(), 'drainbench-e2e-'));
  const latest = () => realpathSync(join(reports, 'latest'));

  afterAll(() => {
    rmSync(reports, { recursive: true });
  });

  it('finds the failures that must be there and none where there must be none, and leaves nothing behind', async () => {
    const before = await snapshotHost();
    const job = ciJob();
    const run = await execa(CI_RUN, {
      env: { SCENARIO, REPORTS: reports, ...job.env },
      reject: false,
      all: true,
    });
    expect(await snapshotHost()).toEqual(before);
    const result = await analyzeRun(latest());
    // What a CI job gets to see of it.
    expect(readFileSync(job.env.GITHUB_OUTPUT, 'utf8'), run.all).toBe(
      `verdict=${result.verdict}\nrun-directory=${join(reports, readlinkSync(join(reports, 'latest')))}\n`,
    );
    expect(readFileSync(job.env.GITHUB_STEP_SUMMARY, 'utf8')).toBe(
      readFileSync(join(latest(), 'summary.md'), 'utf8'),
    );
    expect(run.stdout).toMatch(/^::(notice|error) file=.*quick\.yaml,title=drainbench::\S+ /m);
    const trials = result.trials.filter(({ counted }) => counted);
    const of = (name: string) =>
      trials.find(({ trial }) => trial.role === name || trial.strategy.name === name);
    const failures = (name: string) => of(name)?.loads.reduce((sum, { failed }) => sum + failed, 0);
    const freshFailures = (name: string) => of(name)?.loads.find(({ load }) => load === 'fresh')?.failed;

    expect(failures('negative-control'), run.all).toBe(0);
    expect(failures('positive-control'), run.all).toBeGreaterThan(0);
    // On a busy machine a kubelet can come so late, and kube-proxy later than four seconds. Both are seen.
    const gapOf = (name: string) => result.budgets.find(({ strategy }) => strategy === name)?.state;
    if (gapOf('kill') !== 'safe') expect(failures('kill'), run.all).toBeGreaterThan(0);
    // Not of kept-alive connections: a server that closes idle ones can meet a request on its way, however long it slept.
    if (gapOf('wait') === 'safe') expect(freshFailures('wait'), run.all).toBe(0);
    expect(['safe', 'unsafe', 'unclear'], run.all).toContain(gapOf('wait'));
    expect(result.verdict, run.all).not.toBe('void');
    expect(run.exitCode).toBe({ pass: 0, fail: 1, inconclusive: 2, void: 3 }[result.verdict]);
    // preStop runs for four seconds before anything else happens.
    expect(of('wait')?.shutdownMs).toBeGreaterThan(4000);
    const hooks = (name: string) =>
      of(name)?.milestones.filter((milestone) => milestone.name === 'prestop-started').length;
    expect(hooks('kill')).toBe(0);
    expect(hooks('wait')).toBeGreaterThan(0);
    for (const artefact of ARTEFACTS) expect(existsSync(join(latest(), artefact)), artefact).toBe(true);
  });

  it('makes the same artefacts again, byte for byte, from the run directory alone', async () => {
    const hashes = () =>
      ARTEFACTS.map((name) =>
        createHash('sha256')
          .update(readFileSync(join(latest(), name)))
          .digest('hex'),
      );
    const first = hashes();
    for (const artefact of ARTEFACTS) rmSync(join(latest(), artefact));
    const again = await drainbench(['report', join(reports, 'latest')]);
    expect(again.exitCode, again.all).toBe(0);
    expect(hashes()).toEqual(first);
  });

  it('keeps what was measured on Ctrl-C, cleans up, ends with 130, and goes on with --resume after a kill -9', async () => {
    const before = await snapshotHost();
    const root = join(reports, 'interrupted');
    const interrupted = drainbench(['run', SCENARIO, '--reports', root]);
    await untilBegun(root, 2);
    interrupted.kill('SIGINT');
    expect((await interrupted).exitCode, (await interrupted).all).toBe(130);
    expect(await snapshotHost()).toEqual(before);
    const path = realpathSync(join(root, 'latest'));
    const kept = readdirSync(join(path, 'trials'));

    const begun = trialsBegun(root);
    const killed = drainbench(['run', '--resume', path]);
    await untilBegun(root, begun + 1);
    killed.kill('SIGKILL');
    await killed;
    const resumed = await drainbench(['run', '--resume', path]);
    expect([0, 1, 2], resumed.all).toContain(resumed.exitCode);
    expect(await snapshotHost()).toEqual(before);
    expect(readdirSync(join(path, 'trials'))).toEqual(expect.arrayContaining(kept));
    const result = await analyzeRun(path);
    expect(
      result.trials
        .filter(({ counted }) => counted)
        .map(({ trial }) => trial.number)
        .sort(),
    ).toEqual([1, 2, 3, 4]);
  });
});

/** The files that GitHub gives to a step of a job. */
function ciJob() {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-e2e-job-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return {
    env: {
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    },
  };
}

/** A cluster and a trial take longer than most states that a cluster reaches by itself. */
const BEGUN_WITHIN_MS = 200_000;

async function untilBegun(root: string, trials: number): Promise<void> {
  await eventually(() => {
    if (trialsBegun(root) < trials) throw new Error(`trial ${trials} has not begun`);
  }, BEGUN_WITHIN_MS);
}

/** Attempts that the only run below this folder has begun, over all its starts. */
function trialsBegun(root: string): number {
  const [runId = ''] = readdirSync(join(root, 'quick'));
  const journal = readFileSync(join(root, 'quick', runId, 'journal.ndjson'), 'utf8');
  return journal.split('"trial-started"').length - 1;
}
