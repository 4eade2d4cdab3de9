import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { openEventWriter } from '../../../src/history/event-writer.ts';
import { createTrialDirectory } from '../../../src/history/trial-directory.ts';
import { openNewRun, openRunAgain } from '../../../src/run/open-run.ts';
import { loadScenario } from '../../../src/scenario/load-scenario.ts';
import { makePlan } from '../../../src/scenario/make-plan.ts';

/** Planted where secrets are: none may be found in what is handed around. */
const PLANTED = {
  header: 'PLANTED-in-a-header',
  variable: 'PLANTED-in-a-variable',
  body: 'PLANTED-in-a-body',
  argument: 'PLANTED-in-an-argument',
  url: 'PLANTED-in-a-url',
  container: 'PLANTED-in-a-container',
  process: 'PLANTED-in-a-process',
  token: 'PLANTED-in-a-token',
};

const SCENARIO = `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: a, question: b }
spec:
  app: { image: web:1, port: 80, readinessProbe: none, env: { DB_PASSWORD: ${PLANTED.variable}, MODE: kept } }
  loads:
    - name: fresh
      connections: fresh
      ratePerSecond: 10
      method: POST
      headers: { Authorization: Bearer ${PLANTED.header}, Accept: kept }
      body: '{"user":"me","password":"${PLANTED.body}"}'
  disruptions: [{ type: delete }]
  strategies: [{ name: none }]
`;

let folder: string;
let scenarioFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-secrets-'));
  scenarioFile = join(folder, 'scenario.yaml');
  await writeFile(scenarioFile, SCENARIO);
});
afterEach(() => rm(folder, { recursive: true }));

async function newRun(reportsRoot = join(folder, 'reports')) {
  const plan = makePlan(await loadScenario(scenarioFile));
  const argv = [
    'run',
    scenarioFile,
    '--token',
    PLANTED.argument,
    '--registry',
    `https://me:${PLANTED.url}@r`,
  ];
  return openNewRun({ plan, scenarioFile, reportsRoot, versions: {}, argv });
}

function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it('nothing that was planted is found in a run directory', async () => {
  const { directory, journal, manifest } = await newRun();
  const [trial] = manifest.plan.trials;
  if (trial === undefined) throw new Error('a plan has trials');
  const events = await openEventWriter(await createTrialDirectory(directory.path, trial, 1));
  const at = { atNs: 1, uncertaintyNs: 0 };
  const pod = {
    spec: { containers: [{ name: 'app', env: [{ name: 'ANY', value: PLANTED.container }], args: [`--api-key=${PLANTED.container}`] }] }, // prettier-ignore
  };
  events.append({
    ...{ type: 'object', ...at, source: 'api-watch', kind: 'Pod', change: 'ADDED' },
    ...{ namespace: 'n', name: 'p', uid: 'u', resourceVersion: '1', object: pod },
  });
  events.append({
    ...{ type: 'audit', ...at, source: 'api-audit', auditId: 'a', stage: 'ResponseComplete', verb: 'create' },
    ...{
      resource: 'pods',
      subresource: null,
      namespace: 'n',
      name: 'p',
      user: 'u',
      code: 201,
      requestReceivedNs: 1,
    },
    ...{ requestObject: pod, responseObject: { status: { token: PLANTED.token } } },
  });
  events.append({
    ...{
      type: 'process-facts',
      ...at,
      source: 'kernel-trace',
      container: { containerId: 'c', podUid: 'u' },
      pod: 'p',
    },
    ...{
      containerName: 'app',
      pid: 1,
      comm: 'a',
      commandLine: ['app', '--password', PLANTED.process],
      handledSignals: [],
    },
  });
  await events.close();
  await journal.close();
  const files = filesOf(directory.path);
  expect(files.map((file) => file.slice(directory.path.length + 1)).toSorted()).toEqual([
    'journal.ndjson',
    'manifest.json',
    expect.stringMatching(/^trials\/.*events\.ndjson$/) as string,
  ]);
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  for (const secret of Object.values(PLANTED)) expect(text).not.toContain(secret);
  expect(text).toContain('"kept"'); // what is no secret is still told
});

it('a run that goes on reads its secrets from the scenario again, and does not go on without them', async () => {
  const { directory, journal, manifest } = await newRun();
  await journal.close();
  // As by a process that is gone.
  const file = join(directory.path, 'journal.ndjson');
  const entries = readFileSync(file, 'utf8').replace(/"startTicks":"\d+"/, '"startTicks":"never"');
  await writeFile(file, entries);
  const again = await openRunAgain(directory.path);
  expect(again.manifest.scenario).toEqual(manifest.scenario);
  expect(again.manifest.plan).toEqual(manifest.plan);
  await again.journal.close();
  await writeFile(file, entries);
  await writeFile(scenarioFile, SCENARIO.replace('DB_PASSWORD', 'OTHER'));
  await expect(openRunAgain(directory.path)).rejects.toMatchObject({ code: 'run-not-resumable' });
  await rm(scenarioFile);
  await expect(openRunAgain(directory.path)).rejects.toMatchObject({ code: 'run-not-resumable' });
});

it('a run directory is for its owner alone', async () => {
  const { directory, journal } = await newRun();
  await journal.close();
  expect(statSync(directory.path).mode & 0o777).toBe(0o700);
});

it.runIf(process.geteuid?.() === 0)(
  'what root writes for a user who called sudo is that user’s',
  async () => {
    const script = `
    const { createRunDirectory } = await import(${JSON.stringify(new URL('../../../src/history/run-directory.ts', import.meta.url).href)});
    const { path } = await createRunDirectory({ reportsRoot: ${JSON.stringify(join(folder, 'reports'))}, scenarioName: 'a', startedAt: new Date() });
    const { giveToCaller } = await import(${JSON.stringify(new URL('../../../src/history/give-to-caller.ts', import.meta.url).href)});
    const fs = await import('node:fs');
    fs.writeFileSync(path + '/manifest.json', '{}');
    fs.writeFileSync(${JSON.stringify(join(folder, 'of-root'))}, 'theirs');
    fs.linkSync(${JSON.stringify(join(folder, 'of-root'))}, path + '/hard-link');
    fs.symlinkSync(${JSON.stringify(join(folder, 'of-root'))}, path + '/link');
    await giveToCaller(path);
    process.stdout.write(path);`;
    const env = { SUDO_UID: '4711', SUDO_GID: '4712' };
    const { stdout: path } = await execa(process.execPath, ['--input-type=module', '--eval', script], {
      env,
    });
    for (const own of [
      join(folder, 'reports'),
      join(folder, 'reports', 'a'),
      path,
      join(path, 'trials'),
      join(path, 'manifest.json'),
    ]) {
      const { uid, gid } = statSync(own);
      expect([uid, gid], own).toEqual([4711, 4712]);
    }
    // Neither what a link leads to, nor what has another name.
    expect(statSync(join(folder, 'of-root')).uid).toBe(0);
  },
);
