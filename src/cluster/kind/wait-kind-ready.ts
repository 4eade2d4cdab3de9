import type { KubeConfig } from '@kubernetes/client-node';
import { CoreV1Api, type V1Node, type V1Pod } from '@kubernetes/client-node';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { waitUntil, WaitTimeout } from '../embedded/wait-until.ts';
import { apiClient } from '../kube/api-client.ts';
import { askEngine, type EngineAccess } from './engine-command.ts';
import type { KindNode } from './kind-nodes.ts';
import { proxyIsSynced } from './proxy-is-synced.ts';

/** Three nodes need a minute on two busy cores. */
const USUALLY_WITHIN_MS = 180_000;

/**
 * Waits until a kind cluster can really be used: `kind create --wait` looks at the control plane only. All nodes and
 * all Pods of kube-system Ready, and on every node kube-proxy has written the rules that it knows of. Throws
 * `kind-not-ready` with what is missing.
 */
export async function waitKindReady(
  kubeConfig: KubeConfig,
  engine: EngineAccess,
  nodes: readonly KindNode[],
  signal: AbortSignal,
  timeoutMs = USUALLY_WITHIN_MS,
): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  let missing = 'nothing was asked yet';
  try {
    await waitUntil(
      'the kind cluster',
      async () => {
        missing = await findMissing(core, engine, nodes, signal);
        return missing === '' ? true : null;
      },
      { timeoutMs, intervalMs: 300, signal },
    );
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
    throw new DrainbenchError({
      code: 'kind-not-ready',
      message: `the kind cluster was created, but was not usable within ${timeoutMs / 1000} s`,
      found: missing,
      cause: error,
    });
  }
}

async function findMissing(
  core: CoreV1Api,
  engine: EngineAccess,
  nodes: readonly KindNode[],
  signal: AbortSignal,
): Promise<string> {
  try {
    const known = (await core.listNode()).items;
    const unready = known.filter((node) => !isReady(node.status?.conditions));
    if (known.length < nodes.length || unready.length > 0)
      return `nodes not Ready: ${names(unready) || 'not all have joined'}`;
    const pods = (await core.listNamespacedPod({ namespace: 'kube-system' })).items;
    const waiting = pods.filter((pod) => !isReady(pod.status?.conditions));
    if (pods.length === 0 || waiting.length > 0) return `Pods of kube-system not Ready: ${names(waiting)}`;
    for (const { name, containerId } of nodes) {
      const metrics = await askEngine(engine, ['exec', containerId, ...PROXY_METRICS], signal);
      if (!proxyIsSynced(metrics)) return `kube-proxy on ${name} has not written its rules`;
    }
    return '';
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

/** kube-proxy's default address, which only the node itself reaches. */
const PROXY_METRICS = ['curl', '--silent', '--fail', '--max-time', '3', 'http://127.0.0.1:10249/metrics'];

function isReady(conditions: readonly { type: string; status: string }[] | undefined): boolean {
  return conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function names(objects: readonly (V1Node | V1Pod)[]): string {
  return objects.map(({ metadata }) => metadata?.name ?? '').join(', ');
}
