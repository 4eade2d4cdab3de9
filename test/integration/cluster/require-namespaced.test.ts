import { expect, it, onTestFinished } from 'vitest';

import { requireNamespaced } from '../../../src/workload/require-namespaced.ts';
import { scriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();
/** A cluster with a kind of its own that no list of known kinds has. */
const RESOURCES: Readonly<Record<string, object>> = {
  '/api/v1': {
    resources: [
      { name: 'services', kind: 'Service', namespaced: true },
      { name: 'services/status', kind: 'Service', namespaced: true },
      { name: 'namespaces', kind: 'Namespace', namespaced: false },
    ],
  },
  '/apis/example.com/v1': {
    resources: [
      { name: 'widgets', kind: 'Widget', namespaced: true },
      { name: 'widgets/scale', kind: 'Scale', namespaced: true },
      { name: 'clusterwidgets', kind: 'ClusterWidget', namespaced: false },
    ],
  },
};

async function required(apiVersion: string, kind: string): Promise<void> {
  const api = await scriptedApi(
    (request) => RESOURCES[request.slice('GET '.length)] ?? { kind: 'Status', code: 404 },
  );
  onTestFinished(() => {
    api.close();
  });
  const objects = [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } }];
  await requireNamespaced(
    api.kubeConfig,
    [...objects, { apiVersion, kind, metadata: { name: 'mine' } }],
    signal,
  );
  expect(api.seen.every((request) => request.startsWith('GET '))).toBe(true);
}

it('takes what the cluster says lives in a namespace, of whatever kind it is', async () => {
  await expect(required('example.com/v1', 'Widget')).resolves.toBeUndefined();
});

it.each([
  ['example.com/v1', 'ClusterWidget'],
  ['v1', 'Namespace'],
])('refuses what the cluster says does not: %s %s', async (apiVersion, kind) => {
  await expect(required(apiVersion, kind)).rejects.toMatchObject({
    code: 'manifest-cluster-scoped',
    exitCode: 64,
    message: expect.stringContaining(`${kind} mine`) as unknown,
  });
});

it.each([
  ['example.com/v1', 'Scale'],
  ['example.com/v2', 'Widget'],
])('refuses what the cluster does not know, and subresources: %s %s', async (apiVersion, kind) => {
  await expect(required(apiVersion, kind)).rejects.toMatchObject({ code: 'manifest-kind-unknown' });
});
