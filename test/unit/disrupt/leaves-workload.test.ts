import { expect, test } from 'vitest';

import { leavesWorkload } from '../../../src/disrupt/leaves-workload.ts';
import { disruptionSchema } from '../../../src/model/scenario.ts';

const leaves = (spec: unknown) => leavesWorkload(disruptionSchema.parse(spec));

test('what only takes Pods away leaves the workload to another trial', () => {
  for (const spec of [
    { type: 'none' },
    { type: 'delete' },
    { type: 'delete-many', pods: 2 },
    { type: 'force-delete' },
    { type: 'evict' },
    { type: 'rollout-restart' },
  ])
    expect(leaves(spec), spec.type).toBe(true);
});

test('what changes nodes, replicas, containers or the owner, or needs a budget of its own, does not leave the workload to another trial', () => {
  for (const spec of [
    { type: 'drain' },
    { type: 'taint' },
    { type: 'scale-down', replicas: 1 },
    { type: 'delete-owner' },
    { type: 'preempt' },
    { type: 'kill-container' },
    { type: 'restart-kubelet' },
    { type: 'restart-runtime' },
    { type: 'evict', maxUnavailable: 1 },
  ])
    expect(leaves(spec), spec.type).toBe(false);
});
