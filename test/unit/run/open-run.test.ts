import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { readJournal } from '../../../src/history/journal-reader.ts';
import { readManifest, writeManifest } from '../../../src/history/manifest-file.ts';
import { openNewRun, openRunAgain } from '../../../src/run/open-run.ts';
import { makePlan } from '../../../src/scenario/make-plan.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

let reportsRoot: string;
beforeEach(async () => {
  reportsRoot = await mkdtemp(join(tmpdir(), 'drainbench-open-run-'));
});
afterEach(async () => {
  await rm(reportsRoot, { recursive: true });
});

const WARNING = { code: 'single-replica', severity: 'warning', message: 'One replica.' } as const;

async function newRun() {
  const plan = makePlan(scenario());
  const run = await openNewRun({
    ...{ plan, scenarioFile: null, reportsRoot, versions: {}, argv: [] },
    ...{ warnings: [WARNING], useCluster: 'dev' },
  });
  await run.journal.close();
  return run.directory.path;
}

/** As it is left by a process that died: nobody who could be recognised writes to it. */
async function killed(path: string): Promise<void> {
  await written(path, { startTicks: 'never' });
}

async function written(path: string, by: object): Promise<void> {
  const { entries } = await readJournal(path);
  const started = entries.find((entry) => entry.type === 'run-started');
  const process = { ...started?.process, ...by };
  await appendFile(join(path, 'journal.ndjson'), `${JSON.stringify({ ...started, process })}\n`);
}

test('a run writes down which cluster it was told to use, and what its readers must know', async () => {
  expect(await readManifest(await newRun())).toMatchObject({ useCluster: 'dev', warnings: [WARNING] });
});

test('a run that another process goes on with is not opened again, and the process is named', async () => {
  const path = await newRun();
  await expect(openRunAgain(path)).rejects.toMatchObject({
    code: 'run-not-resumable',
    message: expect.stringContaining(`process ${process.pid}`) as string,
    exitCode: 64,
  });
});

test('a run whose process was killed is opened again, with what it had begun', async () => {
  const path = await newRun();
  await killed(path);
  const lines = [
    { at: '2025-01-01T00:00:00Z', type: 'trial-started', trial: 1, attempt: 1, directory: 'trials/001-a' },
    { at: '2025-01-01T00:00:01Z', type: 'trial-finished', trial: 1, attempt: 1, void: false },
    { at: '2025-01-01T00:00:02Z', type: 'trial-started', trial: 2, attempt: 1, directory: 'trials/002-b' },
  ];
  await appendFile(join(path, 'journal.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const again = await openRunAgain(path);
  await again.journal.close();
  expect(again.done).toEqual(new Set([1]));
  expect(again.attempts).toEqual(new Map([[1, 1], [2, 1]])); // prettier-ignore
});

test('a run that ended early is opened again although its process goes on with something else', async () => {
  const path = await newRun();
  const end = { at: '2025-01-01T00:00:00Z', type: 'run-finished', state: 'interrupted' };
  await appendFile(join(path, 'journal.ndjson'), `${JSON.stringify(end)}\n`);
  await expect(openRunAgain(path).then(({ journal }) => journal.close())).resolves.toBeUndefined();
});

test('a run that is finished, or is of a machine before it was restarted, is not opened again', async () => {
  const path = await newRun();
  await killed(path);
  const manifest = await readManifest(path);
  await writeManifest(path, { ...manifest, state: 'finished' });
  await expect(openRunAgain(path)).rejects.toMatchObject({ code: 'run-not-resumable' });
  await writeManifest(path, { ...manifest, host: { ...manifest.host, bootId: 'another' } });
  await expect(openRunAgain(path)).rejects.toMatchObject({ code: 'run-not-resumable' });
});

test('a tune is not gone on with: its plan is not there beforehand', async () => {
  const path = await newRun();
  const manifest = await readManifest(path);
  const [app] = manifest.scenario.spec.strategies;
  if (app === undefined) throw new Error('a scenario has a strategy');
  const workload = {
    ...{
      kind: 'Deployment' as const,
      name: null,
      container: 'app',
      port: 8080,
      graceSeconds: 30,
      replicas: 3,
    },
    ...{ atOnce: 1, waitsForEnd: false },
  };
  await writeManifest(path, { ...manifest, tune: { minutes: 5, workload, apps: [app], settings: [] } });
  await killed(path);
  await expect(openRunAgain(path)).rejects.toMatchObject({
    code: 'run-not-resumable',
    message: expect.stringContaining('is a tune') as string,
    exitCode: 64,
  });
});

test.runIf(process.geteuid?.() === 0)(
  'a run that a process of another PID namespace has just written to is not opened again before it was quiet',
  async () => {
    const path = await newRun();
    const container = spawn('unshare', ['--pid', '--fork', '--kill-child', 'sleep', '600'], {
      stdio: 'ignore',
    });
    await once(container, 'spawn');
    try {
      const link = `/proc/${container.pid ?? 0}/ns/pid_for_children`;
      await expect.poll(() => readlinkSync(link)).not.toBe(readlinkSync('/proc/self/ns/pid'));
      await written(path, { pidNamespace: readlinkSync(link) });
      await expect(openRunAgain(path)).rejects.toMatchObject({
        code: 'run-not-resumable',
        message: expect.stringContaining('may not be over') as string,
      });
      const aMinuteAgo = new Date(Date.now() - 61_000);
      for (const name of ['.', ...(await readdir(path))])
        await utimes(join(path, name), aMinuteAgo, aMinuteAgo);
      await (await openRunAgain(path)).journal.close();
    } finally {
      container.kill('SIGKILL');
    }
  },
);
