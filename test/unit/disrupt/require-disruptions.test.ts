import { expect, test } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { awayFromLoads } from '../../../src/disrupt/away-from-loads.ts';
import { disruptionBudget } from '../../../src/disrupt/disruption-budget.ts';
import { DISRUPTION_KINDS } from '../../../src/disrupt/disruption-kinds.ts';
import { requireDisruptions } from '../../../src/disrupt/require-disruptions.ts';
import { disruptionSchema, loadSchema, type LoadSpec, type Scenario } from '../../../src/model/scenario.ts';

const node = (name: string) => ({ name, address: '' });
const control: Cluster['control'] = {
  restart: () => Promise.resolve(),
  killContainer: () => Promise.resolve(),
};
const EMBEDDED = { driver: 'embedded', ours: true, nodes: [node('a'), node('b')], control } as const;
const EXISTING = { driver: 'existing', ours: false, nodes: EMBEDDED.nodes } as const;
const EVERY: readonly Named[] = [
  ...['none', 'delete', 'force-delete', 'rollout-restart', 'evict', 'drain', 'taint', 'delete-owner'],
  ...['preempt', 'kill-container', 'restart-kubelet', 'restart-runtime'],
]
  .map((type) => disruptionSchema.parse({ type }))
  .concat({ type: 'delete-many', pods: 2 }, { type: 'scale-down', replicas: 1 });

/** What a scenario can name. */
type Named = Scenario['spec']['disruptions'][number];
type Offering = Pick<Cluster, 'driver' | 'ours' | 'nodes' | 'control'>;
const HOST: LoadSpec = { ...loadSchema.parse({ name: 'l', connections: 'fresh', ratePerSecond: 1 }) };

const refused = (spec: Named, cluster: Offering, loads: readonly LoadSpec[] = [HOST]) => {
  try {
    requireDisruptions({ disruptions: [spec], loads: [...loads] }, cluster);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'disruption-not-available', exitCode: 64 });
    return true;
  }
};
const refusedOn = (cluster: Offering, loads?: readonly LoadSpec[]) =>
  EVERY.filter((spec) => refused(spec, cluster, loads)).map(({ type }) => type);

test('a cluster of our own with two nodes can do everything', () => {
  // What happens beside the app is a control's, and can be done anywhere.
  const named = Object.keys(DISRUPTION_KINDS).filter((type) => type !== 'churn');
  expect(EVERY.map(({ type }) => type).toSorted()).toEqual(named.toSorted());
  expect(DISRUPTION_KINDS.churn.needs).toEqual([]);
  expect(refusedOn(EMBEDDED)).toEqual([]);
});

test('with one node nothing is done that needs another', () => {
  expect(refusedOn({ ...EMBEDDED, nodes: [node('a')] })).toEqual(['drain', 'taint', 'preempt']);
});

test.each([EXISTING, { ...EXISTING, driver: 'kind' } as const])(
  "on others' clusters no node is touched, and none of their Pods pushed off it: $driver",
  (cluster) => {
    expect(refusedOn(cluster)).toEqual([
      ...['drain', 'taint', 'preempt'],
      ...['kill-container', 'restart-kubelet', 'restart-runtime'],
    ]);
  },
);

test('nothing is done to a node where each of them may have a load', () => {
  const onNodes = ['drain', 'taint', 'restart-kubelet', 'restart-runtime'];
  const inside = (node?: string): LoadSpec => ({
    ...HOST,
    from: 'inside',
    ...(node !== undefined && { node }),
  });
  const three = { ...EMBEDDED, nodes: ['a', 'b', 'c'].map(node) };
  expect(refusedOn(EMBEDDED, [inside('a'), HOST])).toEqual([]);
  expect(refusedOn(EMBEDDED, [inside(), inside()])).toEqual([]);
  expect(refusedOn(EMBEDDED, [inside('a'), inside('b')])).toEqual(onNodes);
  expect(refusedOn(EMBEDDED, [inside('a'), inside()])).toEqual(onNodes);
  expect(refusedOn(three, [inside('a'), inside()])).toEqual([]);
  expect(refusedOn(three, [inside('a'), inside('b'), inside()])).toEqual(onNodes);
});

test('victims of what is done to a node are chosen where no load runs', () => {
  const pod = (name: string, on: string) => ({ name, uid: name, node: on, ip: '' });
  const pods = [pod('p1', 'a'), pod('p2', 'b'), pod('p3', 'b')];
  expect(awayFromLoads(pods, { loadNodes: [] })).toEqual(pods);
  expect(awayFromLoads(pods, { loadNodes: ['b'] })).toEqual([pod('p1', 'a')]);
  expect(() => awayFromLoads(pods, { loadNodes: ['a', 'b'] })).toThrow(
    expect.objectContaining({ code: 'disruption-refused', found: 'p1 on a, p2 on b, p3 on b' }) as Error,
  );
  expect(awayFromLoads([], { loadNodes: ['a'] })).toEqual([]);
});

test('the rights of those that may be done there name no object outside of the namespace', () => {
  const offered = EVERY.filter((spec) => !refused(spec, EXISTING)).flatMap(
    ({ type }) => DISRUPTION_KINDS[type].rights,
  );
  expect(offered.length).toBeGreaterThan(0);
  expect(offered.filter(({ namespaced }) => !namespaced)).toEqual([]);
});

test('a budget is made where one is asked for, for the Pods that get the load', () => {
  const context = {
    trialId: '001-a',
    ownMetadata: (kind: string, name: string) => ({
      ...{ name, namespace: 'ns', labels: { run: 'r' }, annotations: { kind } },
    }),
    selector: 'run=r,target=true',
  };
  expect(disruptionBudget(disruptionSchema.parse({ type: 'evict' }), context)).toBeNull();
  expect(disruptionBudget({ type: 'delete' }, context)).toBeNull();
  expect(
    disruptionBudget(disruptionSchema.parse({ type: 'drain', maxUnavailable: 0 }), context),
  ).toMatchObject({
    metadata: { namespace: 'ns', labels: { run: 'r' }, annotations: { kind: 'PodDisruptionBudget' } },
    spec: { maxUnavailable: 0, selector: { matchLabels: { run: 'r', target: 'true' } } },
  });
});
