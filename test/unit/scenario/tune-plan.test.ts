import { describe, expect, it } from 'vitest';

import type { PlannedTrial } from '../../../src/model/plan.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import { nextTuneBlock, tunableApps, type PlanSoFar } from '../../../src/scenario/tune-plan.ts';
import { scenario } from './minimal-scenario.ts';

const withStrategies = (text: string) => scenario({ '    - name: none\n': text });
const SETTING = strategySchema.parse({ name: 'tuned-2s', preStop: { sleepSeconds: 2 } });

describe('the apps that a tune may compute a preStop for', () => {
  it('are what the strategies do to the app, each once and without a preStop, in their order', () => {
    const apps = tunableApps(
      withStrategies(
        '    - { name: sleep-2, preStop: { sleepSeconds: 2 } }\n    - { name: drain, shutdown: { mode: drain }, preStop: { sleepSeconds: 1 }, mustPass: true }\n    - name: none\n',
      ),
    );
    expect(apps.map(({ name, preStop, mustPass }) => [name, preStop, mustPass])).toEqual([
      ['none', 'none', false],
      ['drain-no-hook', 'none', false],
    ]);
  });

  it('tell strategies apart that differ in environment or readiness probe', () => {
    const apps = tunableApps(
      withStrategies(
        '    - name: none\n    - { name: env, env: { A: b } }\n    - { name: probe, readinessProbe: none }\n',
      ),
    );
    expect(apps.map(({ name }) => name)).toEqual(['none', 'env', 'probe']);
  });

  it.each(['{ type: none }', '{ type: force-delete }', '{ type: kill-container }'])(
    'are none where nothing runs a preStop: %s',
    (disruption) => {
      expect(() => tunableApps(scenario({ '- type: delete': `- ${disruption}` }))).toThrow(
        expect.objectContaining({ code: 'nothing-to-tune', exitCode: 64 }),
      );
    },
  );
});

describe('the blocks of a tune', () => {
  const spec = scenario();

  /** The first so many blocks, one after the other. */
  function blocks(count: number, seed = 1): readonly (readonly PlannedTrial[])[] {
    let plan: PlanSoFar = { seed, blocks: 0, trials: [] };
    return Array.from({ length: count }, () => {
      const added = nextTuneBlock(spec, SETTING, plan);
      plan = { seed, blocks: plan.blocks + 1, trials: [...plan.trials, ...added] };
      return added;
    });
  }

  it('have both controls in the first, and a negative one in each tenth', () => {
    const roles = blocks(20).map((block) => block.map(({ role }) => role).toSorted());
    expect(roles[0]).toEqual(['comparison', 'negative-control', 'positive-control']);
    expect(roles.flatMap((own, at) => (own.length > 1 ? [at + 1] : []))).toEqual([1, 10, 20]);
    expect(roles[9]).toEqual(['comparison', 'negative-control']);
  });

  it('have the churn control wherever they have the negative one, where the scenario asks for it', () => {
    const churning = scenario({ '  loads:\n': '  controls: { churn: true }\n  loads:\n' });
    const rolesOf = (block: number) =>
      nextTuneBlock(churning, SETTING, { seed: 1, blocks: block - 1, trials: [] }).map(({ role }) => role);
    expect(rolesOf(1)).toHaveLength(4);
    expect(rolesOf(10).toSorted()).toEqual(['churn-control', 'comparison', 'negative-control']);
  });

  it('number trials on and on, and choose other Pods in each', () => {
    const all = blocks(12).flat();
    expect(all.map(({ number }) => number)).toEqual(all.map((_, at) => at + 1));
    expect(new Set(all.map(({ seed }) => seed)).size).toBe(all.length);
    expect(blocks(3)).toEqual(blocks(3));
    expect(blocks(3, 2)).not.toEqual(blocks(3));
  });
});
