import { expect, test } from 'vitest';

import type { RunManifest } from '../../../src/model/run-manifest.ts';
import type { OpenCluster } from '../../../src/run/open/cluster-opening.ts';
import { clusterToResumeOn, requireSameClusterOnResume } from '../../../src/run/resume-cluster.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

type Cluster = NonNullable<RunManifest['cluster']>;
const BOX: Cluster = {
  driver: 'embedded',
  name: 'run-abc',
  ownedByRun: true,
  kubernetesVersion: 'v1.37.1',
  proxyMode: 'nftables',
  nodes: [
    { name: 'node1', address: '198.18.16.11' },
    { name: 'node2', address: '198.18.16.12' },
  ],
  identity: { namespace: 'kube-system', uid: 'first' },
};
const manifest = (known: Partial<RunManifest>) => ({ cluster: BOX, scenario: scenario(), ...known });

test('a run goes on with the cluster that its command line named, without being told again', () => {
  expect(clusterToResumeOn(manifest({ useCluster: 'dev' }), null)).toBe('dev');
  expect(clusterToResumeOn(manifest({ useCluster: 'dev' }), 'dev')).toBe('dev');
});

test('a run goes on with the cluster that its scenario names', () => {
  const named = scenario({ 'spec:\n': 'spec:\n  cluster: { name: staging }\n' });
  expect(clusterToResumeOn(manifest({ scenario: named }), null)).toBe('staging');
});

test('a run does not go on with another cluster than it began on', () => {
  const refusal = expect.objectContaining({ code: 'run-not-resumable', exitCode: 64 }) as Error;
  expect(() => clusterToResumeOn(manifest({ useCluster: 'dev' }), 'other')).toThrow(refusal);
  expect(() => clusterToResumeOn(manifest({}), 'dev')).toThrow(refusal);
});

test('a run of which no cluster ever stood may take whichever is named', () => {
  expect(clusterToResumeOn(manifest({ cluster: null }), 'dev')).toBe('dev');
  expect(clusterToResumeOn(manifest({ cluster: null }), null)).toBeNull();
});

const { signal } = new AbortController();
function opened(changes: Partial<Cluster> = {}): OpenCluster {
  const { kubernetesVersion, driver, proxyMode, nodes } = { ...BOX, ...changes };
  return {
    cluster: { driver, proxyMode, nodes, kubeconfigPath: '/nowhere' } as unknown as OpenCluster['cluster'],
    kubernetesVersion,
    ownedByRun: true,
    reachedBy: '',
    close: () => Promise.resolve(),
  };
}

test('a new cluster of the same make will do where the first was the run’s own', async () => {
  await expect(requireSameClusterOnResume(BOX, opened(), signal)).resolves.toBeUndefined();
});

test.each<[string, Partial<Cluster>]>([
  ['another version of Kubernetes', { kubernetesVersion: 'v1.38.0' }],
  ['another proxy mode', { proxyMode: 'iptables' }],
  ['fewer nodes', { nodes: BOX.nodes.slice(1) }],
  ['another driver', { driver: 'kind' }],
])('a new cluster with %s will not do', async (_what, changes) => {
  await expect(requireSameClusterOnResume(BOX, opened(changes), signal)).rejects.toMatchObject({
    code: 'run-not-resumable',
    exitCode: 64,
  });
});
