import { CoreV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { apiClient } from '../../../src/cluster/kube/api-client.ts';
import { execProgram } from '../../../src/cluster/kube/exec-program.ts';
import { guardWrites } from '../../../src/cluster/kube/write-guard.ts';
import { scriptedApi, type ScriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();
/** Far beyond any test's own limit. */
const NEVER_MS = 2 ** 30;
const POD = { namespace: 'ns', pod: 'agent-1', uid: 'ours', container: 'agent' };

let api: ScriptedApi;
let podUid: string;
beforeEach(async () => {
  podUid = 'ours';
  api = await scriptedApi((request) =>
    request.startsWith('GET') ? { items: [{ metadata: { name: POD.pod, uid: podUid } }] } : undefined,
  );
});
afterEach(() => {
  api.close();
});

const guard = (allowanceMs: number, error?: Error) => {
  guardWrites(api.kubeConfig, {
    ready: () => (error === undefined ? Promise.resolve() : Promise.reject(error)),
    allowanceMs: () => allowanceMs,
  });
};
const core = () => apiClient(api.kubeConfig, CoreV1Api, signal, NEVER_MS);
const remove = () => core().deleteNamespacedPod({ namespace: 'ns', name: 'p' });
const exec = () => execProgram(api.kubeConfig, POD, ['true']);
const streams = () => api.seen.filter((request) => request.startsWith('UPGRADE'));

describe('what may not be written', () => {
  it('is not sent', async () => {
    guard(NEVER_MS, new Error('not ours any more'));
    await expect(remove()).rejects.toThrow('not ours any more');
    expect(api.seen).toEqual([]);
  });

  it('is not sent either when the time for it ran out while it was being made', async () => {
    guard(0);
    await expect(remove()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(api.seen).toEqual([]);
  });

  it('keeps nobody from reading', async () => {
    guard(0, new Error('not ours any more'));
    expect((await core().listNamespacedPod({ namespace: 'ns' })).items).toHaveLength(1);
  });
});

it('a write is given up when it has been under way for as long as it may be', async () => {
  guard(500);
  await expect(remove()).rejects.toMatchObject({ name: 'TimeoutError' });
});

describe('a program in a Pod', () => {
  it('is run in the very Pod that was meant', async () => {
    await expect(exec()).rejects.toMatchObject({ code: 'exec-refused' });
    expect(streams()).toHaveLength(1);
  });

  it('is not run in another Pod that has its name', async () => {
    podUid = 'forged';
    await expect(exec()).rejects.toThrow('another Pod has its name');
    expect(streams()).toEqual([]);
  });

  it('is not run by one who may not write', async () => {
    guard(NEVER_MS, new Error('not ours any more'));
    await expect(exec()).rejects.toThrow('not ours any more');
    guard(0);
    await expect(exec()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(streams()).toEqual([]);
  });
});
