import { describe, expect, it } from 'vitest';

import type { PlannedTrial } from '../../../src/model/plan.ts';
import { disruptionSchema, strategySchema } from '../../../src/model/scenario.ts';
import { runsAlone, trialConcurrency } from '../../../src/run/trial-concurrency.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

describe('trials on one cluster at the same time', () => {
  it('are possible for an app that has names of our making, with loads on this machine and no agents', () => {
    expect(trialConcurrency(scenario(), false)).toEqual({ notOnce: null, oneLane: null });
  });

  it('are not possible for a manifest, whose objects have names of their own', () => {
    const app = 'manifest: a.yaml, workload: { kind: Deployment, name: web }, port: 80';
    const why = expect.stringContaining('names of their own') as unknown;
    expect(trialConcurrency(scenario({ 'sample: http': app }), false)).toEqual({
      notOnce: why,
      oneLane: why,
    });
  });

  it('have one lane where loads run inside, which trials can still follow each other with', () => {
    const inside = scenario({ 'connections: fresh': 'connections: fresh\n      from: inside' });
    expect(trialConcurrency(inside, false)).toEqual({
      notOnce: null,
      oneLane: 'loads inside have one Pod each',
    });
  });

  it('are not possible where agents look into the nodes', () => {
    expect(Object.values(trialConcurrency(scenario(), true))).not.toContain(null);
  });

  it('do not include what touches nodes or what runs on them', () => {
    const alone = (spec: unknown) =>
      runsAlone({
        ...{ number: 1, block: 1, role: 'comparison', seed: 1 },
        strategy: strategySchema.parse({ name: 'none' }),
        disruption: disruptionSchema.parse(spec),
      } satisfies PlannedTrial);
    for (const type of ['drain', 'taint', 'preempt', 'restart-kubelet', 'restart-runtime', 'kill-container'])
      expect(alone({ type }), type).toBe(true);
    for (const type of ['none', 'delete', 'force-delete', 'evict', 'rollout-restart'])
      expect(alone({ type }), type).toBe(false);
  });
});
