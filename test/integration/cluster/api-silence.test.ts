import { CoreV1Api } from '@kubernetes/client-node';
import { expect, it, onTestFinished } from 'vitest';

import { apiClient } from '../../../src/cluster/kube/api-client.ts';
import { getKubeJson } from '../../../src/cluster/kube/kube-stream.ts';
import { watchApiSilence } from '../../../src/cluster/kube/api-silence.ts';
import { reportApiSilence } from '../../../src/run/report-api-silence.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { scriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();
const PODS = { kind: 'PodList', items: [] };

/** An API server that answers while `answers()` says so, and what is told of it. */
async function watched(answer: () => object | undefined) {
  const api = await scriptedApi(answer);
  const said: string[] = [];
  const end = watchApiSilence(
    api.kubeConfig,
    reportApiSilence((line) => void said.push(line)),
  );
  onTestFinished(() => {
    end();
    api.close();
  });
  const ask = () => apiClient(api.kubeConfig, CoreV1Api, signal, 300).listNamespacedPod({ namespace: 'ns' });
  return { api, said, ask };
}

it('an API server that answers nothing is said to be silent at once, with what comes of it, and when it is back', async () => {
  let answers = false;
  const { said, ask } = await watched(() => (answers ? PODS : undefined));
  await eventually(async () => {
    await ask().catch(() => undefined);
    expect(said).toHaveLength(1);
  });
  expect(said[0]).toMatch(
    /^the API server has not answered for \d+ s \(.*did not answer in time\); it is asked on\./,
  );
  expect(said[0]).toContain('void');
  expect(said[0]).toContain('60 s before a trial');
  answers = true;
  await ask();
  expect(said[1]).toMatch(/^the API server answers again, after \d+ s$/);
});

it('one behind a balancer is away too where that says so for it, also to those who read streams', async () => {
  const { api, said } = await watched(() => ({ kind: 'Status', code: 503 }));
  await eventually(async () => {
    await getKubeJson(api.kubeConfig, '/api/v1/nodes?', signal).catch(() => undefined);
    expect(said).toHaveLength(1);
  });
  expect(said[0]).toContain('(HTTP 503)');
});

it('nothing is said of one that refuses, nor of a question that was called off', async () => {
  const { api, said, ask } = await watched(() => undefined);
  const calledOff = new AbortController();
  const asking = getKubeJson(api.kubeConfig, '/api/v1/nodes?', calledOff.signal).catch(() => undefined);
  calledOff.abort();
  await asking;
  const refusing = await watched(() => ({ kind: 'Status', code: 403 }));
  const until = performance.now() + 6500;
  while (performance.now() < until) await refusing.ask().catch(() => undefined);
  expect([said, refusing.said]).toEqual([[], []]);
  // It is one of which something is said, once something is wanted of it.
  await eventually(async () => {
    await ask().catch(() => undefined);
    expect(said).toHaveLength(1);
  });
});
