import { afterEach, expect, it } from 'vitest';

import { waitForCreatedPods, waitForPodsOnNodes } from '../../../src/inside/inside-pods.ts';
import { scriptedApi, type ScriptedApi } from '../cluster/scripted-api.ts';

const { signal } = new AbortController();
let api: ScriptedApi;
afterEach(() => {
  api.close();
});

/** A Pod that runs, with the labels of the run: who made it they do not tell. */
function pod(name: string, uid: string, owner?: { readonly uid: string; readonly controller: boolean }) {
  return {
    metadata: { name, uid, ...(owner !== undefined && { ownerReferences: [owner] }) },
    spec: { nodeName: 'n1' },
    status: { podIP: '198.18.0.9', containerStatuses: [{ state: { running: {} } }] },
  };
}

it('an agent is only what our DaemonSet made; the same labels make none', async () => {
  const forged = [
    pod('bare', 'u1'),
    pod('of-another', 'u2', { uid: 'other-set', controller: true }),
    pod('not-controlled', 'u3', { uid: 'our-set', controller: false }),
  ];
  const ours = pod('agent-x', 'u4', { uid: 'our-set', controller: true });
  let made = false;
  api = await scriptedApi(() => {
    const items = made ? [...forged, ours, ...forged] : forged;
    made = true;
    return { items };
  });
  const wanted = { namespace: 'ns', runId: 'r1', role: 'agent', daemonSet: 'our-set', nodes: ['n1'] };
  const { running, missing } = await waitForPodsOnNodes(api.kubeConfig, wanted, 30_000, signal);
  expect([...running.values()]).toEqual([{ name: 'agent-x', uid: 'u4', node: 'n1', ip: '198.18.0.9' }]);
  expect(missing.size).toBe(0);
  expect(decodeURIComponent(api.seen[0] ?? '')).toContain('drainbench.dev/run=r1,drainbench.dev/role=agent');
});

it('a load runs in the Pod that was created for it; its namesake is none of ours', async () => {
  api = await scriptedApi(() => ({ items: [pod('load', 'forged')] }));
  const wanted = { namespace: 'ns', runId: 'r1', role: 'load', uids: new Map([['load', 'ours']]) };
  const { running, missing } = await waitForCreatedPods(api.kubeConfig, wanted, 0, signal);
  expect(running.size).toBe(0);
  expect([...missing.keys()]).toEqual(['load']);
});
