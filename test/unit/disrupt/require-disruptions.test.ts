import { expect, test } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { disruptionBudget } from '../../../src/disrupt/disruption-budget.ts';
import { DISRUPTION_KINDS } from '../../../src/disrupt/disruption-kinds.ts';
import { requireDisruptions } from '../../../src/disrupt/require-disruptions.ts';
import { disruptionSchema, type Disruption } from '../../../src/model/scenario.ts';

const node = (name: string) => ({ name, address: '' });
const control: Cluster['control'] = {
  restart: () => Promise.resolve(),
  killContainer: () => Promise.resolve(),
};
const EMBEDDED = { driver: 'embedded', nodes: [node('a'), node('b')], control } as const;
const EVERY: readonly Disruption[] = [
  ...['none', 'delete', 'force-delete', 'rollout-restart', 'evict', 'drain', 'taint', 'delete-owner'],
  ...['preempt', 'kill-container', 'restart-kubelet', 'restart-runtime'],
]
  .map((type) => disruptionSchema.parse({ type }))
  .concat({ type: 'delete-many', pods: 2 }, { type: 'scale-down', replicas: 1 });

const refused = (spec: Disruption, cluster: Pick<Cluster, 'driver' | 'nodes' | 'control'>) => {
  try {
    requireDisruptions([spec], cluster);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'disruption-not-available', exitCode: 64 });
    return true;
  }
};
const refusedOn = (cluster: Pick<Cluster, 'driver' | 'nodes' | 'control'>) =>
  EVERY.filter((spec) => refused(spec, cluster)).map(({ type }) => type);

test('a cluster of our own with two nodes can do everything', () => {
  expect(EVERY.map(({ type }) => type).toSorted()).toEqual(Object.keys(DISRUPTION_KINDS).toSorted());
  expect(refusedOn(EMBEDDED)).toEqual([]);
});

test('with one node nothing is done that needs another', () => {
  expect(refusedOn({ ...EMBEDDED, nodes: [node('a')] })).toEqual(['drain', 'taint', 'preempt']);
});

test("on others' clusters no node is touched", () => {
  expect(refusedOn({ driver: 'existing', nodes: EMBEDDED.nodes })).toEqual([
    'drain',
    'taint',
    'kill-container',
    'restart-kubelet',
    'restart-runtime',
  ]);
});

test('the rights of those that may be done there name no object outside of the namespace', () => {
  const offered = EVERY.filter(
    (spec) => !refused(spec, { driver: 'existing', nodes: EMBEDDED.nodes }),
  ).flatMap(({ type }) => DISRUPTION_KINDS[type].rights);
  expect(offered.length).toBeGreaterThan(0);
  expect(offered.filter(({ namespaced }) => !namespaced)).toEqual([]);
});

test('a budget is made where one is asked for, for the Pods that get the load', () => {
  const context = { namespace: 'ns', trialId: '001-a', labels: { run: 'r' }, selector: 'run=r,target=true' };
  expect(disruptionBudget(disruptionSchema.parse({ type: 'evict' }), context)).toBeNull();
  expect(disruptionBudget({ type: 'delete' }, context)).toBeNull();
  expect(
    disruptionBudget(disruptionSchema.parse({ type: 'drain', maxUnavailable: 0 }), context),
  ).toMatchObject({
    metadata: { namespace: 'ns', labels: { run: 'r' } },
    spec: { maxUnavailable: 0, selector: { matchLabels: { run: 'r', target: 'true' } } },
  });
});
