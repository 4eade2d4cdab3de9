import { KubernetesObjectApi } from '@kubernetes/client-node';
import { expect, it, onTestFinished } from 'vitest';

import { apiClient } from '../../../src/cluster/kube/api-client.ts';
import { apiFailure } from '../../../src/cluster/kube/api-failure.ts';
import { retryRequest } from '../../../src/cluster/kube/retry-request.ts';
import { scriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();
const RESOURCES = { resources: [{ name: 'pods', kind: 'Pod', namespaced: true }] };
const HEADER = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns' } };

it('a request that an API server leaves without an answer is sent again, also where the library asks on its own', async () => {
  let asked = 0;
  const api = await scriptedApi((request) => {
    // What the library itself asks first: which resource that kind is.
    if (!request.endsWith('/pods/p')) return (asked += 1) === 1 ? undefined : RESOURCES;
    return { ...HEADER, metadata: { ...HEADER.metadata, uid: 'u' } };
  });
  onTestFinished(() => {
    api.close();
  });
  const objects = apiClient(api.kubeConfig, KubernetesObjectApi, signal, 500);
  const found = await retryRequest(() => objects.read(HEADER), { signal });
  expect(found.metadata?.uid).toBe('u');
  expect(asked).toBe(2);
});

it('one that is never answered is said to be just that', async () => {
  const api = await scriptedApi(() => undefined);
  onTestFinished(() => {
    api.close();
  });
  const objects = apiClient(api.kubeConfig, KubernetesObjectApi, signal, 200);
  const failure = await objects.read(HEADER).catch(apiFailure);
  expect(failure).toMatchObject({
    httpStatus: null,
    message: expect.stringContaining('did not answer in time') as unknown,
  });
});
