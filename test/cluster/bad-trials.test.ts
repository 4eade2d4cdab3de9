import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import { requireBox } from '../../src/cluster/embedded/box-store.ts';
import { readManifest } from '../../src/history/manifest-file.ts';
import { drainbench, kubectl } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { untilPhase } from '../e2e/support/until-phase.ts';

const BOX = 'e2e-badtrials';
const scenario = (name: string) => new URL(`./fixtures/${name}.yaml`, import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'drainbench-bad-trials-'));

beforeAll(async () => {
  const up = await drainbench(['cluster', 'up', BOX, '--nodes', '1']);
  expect(up.exitCode, up.all).toBe(0);
});

afterAll(async () => {
  await drainbench(['cluster', 'down', BOX]);
  rmSync(folder, { recursive: true });
});

const ownNamespaces = () =>
  kubectl(BOX, 'get', 'namespaces', '-l', 'app.kubernetes.io/managed-by=drainbench', '-o', 'name');

describe('a run of which a load is killed, and which is interrupted later', () => {
  const reports = join(folder, 'killed');
  const path = () => realpathSync(join(reports, 'latest'));

  it('makes the one trial void with how the load died, repeats it, and reports what is there when it ends', async () => {
    let over = false;
    const running = drainbench(['run', scenario('short-trials'), '--reports', reports, '--cluster', BOX]);
    void running.finally(() => (over = true));
    await untilPhase(reports, '001-wait', 'baseline', () => over);
    killLoadOf(running.pid ?? 0);
    await untilPhase(reports, '002-negative-control', 'baseline', () => over);
    running.kill('SIGINT');
    const { exitCode, all } = await running;
    expect(exitCode, all).toBe(130);
    expect(all).toContain('A load ended: the process of load "fresh" died of SIGKILL before it was stopped.');
    expect(all).toContain(`go on with: drainbench run --resume ${path()}`);
    expect(readdirSync(path())).toEqual(expect.arrayContaining(['report.html', 'junit.xml', 'trials.csv']));
    const { trials } = await analyzeRun(path());
    expect(trials.map(({ directory, counted }) => `${directory} ${counted}`)).toEqual([
      'trials/001-wait false',
      'trials/001-wait.attempt2 true',
      'trials/002-negative-control true',
    ]);
    expect(trials[0]?.findings.map(({ code }) => code)).toContain('load-failed');
    expect(await ownNamespaces()).toBe('');
  });

  it('goes on where it was, without being told, and nowhere else', async () => {
    const elsewhere = await drainbench(['run', '--resume', path(), '--cluster', 'another']);
    expect([elsewhere.exitCode, elsewhere.stderr]).toEqual([64, expect.stringContaining(BOX)]);
    const differently = await drainbench(['run', '--resume', path(), '--blocks', '2']);
    expect([differently.exitCode, differently.stderr]).toEqual([64, expect.stringContaining('--blocks')]);
    const resumed = await drainbench(['run', '--resume', path()]);
    expect([0, 1, 2], resumed.all).toContain(resumed.exitCode);
    const { cluster } = await readManifest(path());
    const uid = await kubectl(BOX, 'get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}');
    expect(cluster).toMatchObject({ name: BOX, ownedByRun: false, identity: { uid } });
    const { trials } = await analyzeRun(path());
    const counted = trials.filter((trial) => trial.counted).map(({ trial }) => trial.number);
    expect(counted).toEqual([1, 2, 3]);
  });
});

describe('a run whose Pod is not Ready when it is to be disrupted', () => {
  it('voids the trial with what the probe was answered, goes on to the end, and reports', async () => {
    const reports = join(folder, 'unready');
    const run = await drainbench(['run', scenario('unready'), '--reports', reports, '--cluster', BOX]);
    expect(run.exitCode, run.all).toBe(3);
    expect(run.all).toMatch(
      /VOID: The disruption was not begun, as only 0 of 1 Pod was Ready \(Pod web-\S+: Readiness probe failed: HTTP probe failed with statuscode: 503\)/,
    );
    const { trials, manifest } = await analyzeRun(realpathSync(join(reports, 'latest')));
    expect(manifest.state).toBe('finished');
    const disturbed = trials.filter(({ trial }) => trial.role !== 'negative-control');
    expect(disturbed).toHaveLength(4);
    for (const { findings, directory } of disturbed)
      expect(
        findings.map(({ code }) => code),
        directory,
      ).toContain('pods-not-ready');
  });
});

describe('a run whose Pods want more of their node than the namespace allows', () => {
  it('is refused before its first trial, in the words of the API server, and leaves nothing', async () => {
    const reports = join(folder, 'host-path');
    const run = await drainbench(['run', scenario('host-path'), '--reports', reports, '--cluster', BOX]);
    expect(run.exitCode, run.all).toBe(64);
    expect(run.all).toMatch(/violates PodSecurity "baseline:\S+": hostPath volumes \(volume "root"\)/);
    expect(run.all).toContain('spec.cluster.podSecurity: privileged');
    await eventually(async () => expect(await ownNamespaces()).toBe(''));
  });
});

describe('a run whose disk becomes full while it measures', () => {
  it('voids the trial, tidies it away, and says that the history could not be written: not one word of a stack', async () => {
    const reports = join(folder, 'filling');
    mkdirSync(reports);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', reports]);
    try {
      let over = false;
      const running = drainbench(['run', scenario('short-trials'), '--reports', reports, '--cluster', BOX]);
      void running.finally(() => (over = true));
      await untilPhase(reports, '001-wait', 'baseline', () => over);
      // As much as there is room for.
      execFileSync('sh', ['-c', 'cat /dev/zero > "$0" 2> /dev/null || true', join(reports, 'others')]);
      const { exitCode, all } = await running;
      expect(exitCode, all).toBe(69);
      expect(all).toMatch(/could not be written: ENOSPC/);
      expect(all).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
      expect(await ownNamespaces()).toBe('');
      rmSync(join(reports, 'others'));
      const [run = ''] = readdirSync(reports, { recursive: true, encoding: 'utf8' })
        .filter((file) => basename(file) === 'manifest.json')
        .map((file) => join(reports, dirname(file)));
      const { trials } = await analyzeRun(run);
      expect(trials.map(({ verdict }) => verdict)).toEqual(['void']);
    } finally {
      execFileSync('umount', [reports]);
    }
  });
});

describe('a run whose API server goes away for long', () => {
  it('says so at once, what comes of it, and when it is back, and goes on', async () => {
    const reports = join(folder, 'silent');
    let over = false;
    const running = drainbench(['run', scenario('short-trials'), '--reports', reports, '--cluster', BOX]);
    void running.finally(() => (over = true));
    await untilPhase(reports, '001-wait', 'baseline', () => over);
    const { processes = {} } = await requireBox(BOX);
    const pid = processes['kube-apiserver']?.pid ?? 0;
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGSTOP');
    try {
      await sleep(12_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const { exitCode, all } = await running;
    expect([0, 1, 2, 3], all).toContain(exitCode);
    expect(all).toMatch(/the API server has not answered for \d+ s/);
    expect(all).toMatch(/the API server answers again, after 1\d s/);
    expect(await ownNamespaces()).toBe('');
  });
});

describe('a run whose disk is full', () => {
  it('ends, says which file could not be written, and leaves nothing on the cluster', async () => {
    const reports = join(folder, 'full');
    mkdirSync(reports);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=192k', 'tmpfs', reports]);
    try {
      const run = await drainbench(['run', scenario('short-trials'), '--reports', reports, '--cluster', BOX]);
      expect(run.exitCode, run.all).toBe(69);
      expect(run.all).toMatch(/could not be written: ENOSPC/);
      expect(run.all).toContain('go on with: drainbench run --resume');
      await eventually(async () => expect(await ownNamespaces()).toBe(''));
    } finally {
      execFileSync('umount', [reports]);
    }
  });
});

/** The only load of a run is a child of its process. */
function killLoadOf(run: number): void {
  const found = execFileSync('pgrep', ['-P', String(run), '-f', 'load-worker'], { encoding: 'utf8' });
  const loads = found.trim().split('\n');
  expect(loads).toHaveLength(1);
  process.kill(Number(loads[0]), 'SIGKILL');
}
