import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { checkScenario } from '../../../src/scenario/check-scenario.ts';
import { loadScenario } from '../../../src/scenario/load-scenario.ts';

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

test('the default scenario compares the five strategies on both kinds of connection in five blocks', async () => {
  const { spec } = await loadScenario(join(FOLDER, 'prestop-on-delete.yaml'));
  expect(spec.strategies.map(({ name }) => name)).toEqual([
    'none',
    'sleep-2',
    'sleep-5',
    'exec-sleep-5',
    'drain-5',
  ]);
  expect(spec.loads.map(({ connections }) => connections)).toEqual(['fresh', 'keep-alive']);
  expect(spec.blocks).toBe(5);
});
