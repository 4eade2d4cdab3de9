import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { checkScenario } from '../../../src/scenario/check-scenario.ts';
import { estimatePlanMs } from '../../../src/scenario/estimate-plan-ms.ts';
import { loadScenario } from '../../../src/scenario/load-scenario.ts';
import { makePlan } from '../../../src/scenario/make-plan.ts';

const FOLDER = resolve(import.meta.dirname, '../../../scenarios');
const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml'));

test('the shipped scenarios are the ones that the README names', () => {
  expect(files.toSorted()).toEqual([
    'app-shutdown-modes.yaml',
    'every-way-to-go.yaml',
    'force-delete.yaml',
    'pod-life-cycle.yaml',
    'prestop-on-delete.yaml',
    'rollout-restart.yaml',
    'ways-to-delay.yaml',
    'with-k6.yaml',
  ]);
});

test.each(files)(
  '%s is valid, without a warning, named after its file, and points editors to the schema',
  async (file) => {
    const scenario = await loadScenario(join(FOLDER, file));
    expect(checkScenario(scenario)).toEqual([]);
    expect(`${scenario.metadata.name}.yaml`).toBe(file);
    const text = await readFile(join(FOLDER, file), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/scenario\.schema\.json\n/);
    expect(text).toMatch(/# Question: .*\?/);
  },
);

test('the default scenario compares silent and announcing settings on both kinds of connection', async () => {
  const { spec } = await loadScenario(join(FOLDER, 'prestop-on-delete.yaml'));
  expect(spec.strategies.map(({ name }) => name)).toEqual([
    'none',
    'sleep-2',
    'sleep-2-drain-3',
    'drain-5',
    'hook-drain-5',
  ]);
  expect(spec.loads.map(({ engine, connections }) => [engine, connections])).toEqual([
    ['native', 'fresh'],
    ['autocannon', 'keep-alive'],
  ]);
  expect(spec.blocks).toBe(5);
});

test('the forecast of the default scenario is no longer than ten minutes', async () => {
  const plan = makePlan(await loadScenario(join(FOLDER, 'prestop-on-delete.yaml')));
  expect(estimatePlanMs(plan)).toBeLessThanOrEqual(10 * 60_000);
});

test('what the ways to delay have in common is the delay, and that nothing announces its end', async () => {
  const { spec } = await loadScenario(join(FOLDER, 'ways-to-delay.yaml'));
  for (const { preStop, shutdown } of spec.strategies) {
    expect(JSON.stringify([preStop, shutdown])).toMatch(
      /"sleepSeconds":5|"sleep","5"|seconds=5|"drainSeconds":5/,
    );
    expect(JSON.stringify([preStop, shutdown])).not.toMatch(/"drain"|\/drain/);
  }
  expect(spec.loads.map(({ name, retry }) => [name, retry])).toEqual([
    ['fresh', 'none'],
    ['keep-alive', 'none'],
    ['keep-alive-retry', 'idempotent-once'],
  ]);
});

/** Each line of “The settings” in a scenario's head begins with one. */
test.each(['prestop-on-delete.yaml', 'ways-to-delay.yaml'])(
  'the head of %s explains each setting',
  async (file) => {
    const { spec } = await loadScenario(join(FOLDER, file));
    const text = await readFile(join(FOLDER, file), 'utf8');
    const head = text.slice(text.indexOf('# The settings:'), text.indexOf('apiVersion:'));
    const explained = [...head.matchAll(/^# {3}(\S+) {2,}/gm)].map(([, name]) => name);
    expect(explained).toEqual(spec.strategies.map(({ name }) => name));
  },
);
