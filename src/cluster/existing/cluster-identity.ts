import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import type { ClusterIdentity } from '../../model/cluster-capabilities.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { apiClient } from '../kube/api-client.ts';
import { apiFailure } from '../kube/api-failure.ts';

/**
 * What tells this cluster from every other: the UID of its kube-system namespace, or of `namespace` where a user with
 * rights in one namespace only may not read kube-system.
 *
 * @throws DrainbenchError `cluster-unreachable`, or `cluster-not-identified` when neither may be read.
 */
export async function readClusterIdentity(
  kubeConfig: KubeConfig,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ClusterIdentity> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const refusals: string[] = [];
  for (const name of ['kube-system', ...(namespace === undefined ? [] : [namespace])]) {
    const found = await core.readNamespace({ name }).catch(apiFailure);
    signal.throwIfAborted();
    if (!('httpStatus' in found)) return { namespace: name, uid: found.metadata?.uid ?? '' };
    if (found.httpStatus === null || found.httpStatus >= 500) throw unreachable(kubeConfig, found.message);
    refusals.push(`${found.httpStatus} ${found.message}`);
  }
  throw new DrainbenchError({
    code: 'cluster-not-identified',
    message:
      'the cluster cannot be told from another one: no namespace may be read whose UID would stand for it',
    expected: `the right to get namespace kube-system${namespace === undefined ? '' : ` or ${namespace}`}`,
    found: refusals.join('; '),
    fix: 'drainbench rbac SCENARIO  prints every right that the run needs',
  });
}

/**
 * Makes sure that the API server still is the one of the cluster that the run began with.
 *
 * @throws DrainbenchError `cluster-changed`: nothing more may be written; `cluster-unreachable`.
 */
export async function requireSameCluster(
  kubeConfig: KubeConfig,
  expected: ClusterIdentity,
  signal: AbortSignal,
): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const found = await core.readNamespace({ name: expected.namespace }).catch(apiFailure);
  signal.throwIfAborted();
  if (!('httpStatus' in found)) {
    if (found.metadata?.uid !== expected.uid) throw changed(expected, `UID ${found.metadata?.uid ?? 'none'}`);
    return;
  }
  if (found.httpStatus === 404) throw changed(expected, 'no such namespace');
  // An API server that is away, or refuses, does not say that it is another one; nor that it is the same.
  throw unreachable(kubeConfig, `${found.httpStatus ?? 'no answer'}: ${found.message}`);
}

function changed({ namespace, uid }: ClusterIdentity, found: string): DrainbenchError {
  return new DrainbenchError({
    code: 'cluster-changed',
    message:
      'the context leads to another cluster than the one that the run began with: nothing was written to it',
    expected: `namespace ${namespace} with UID ${uid}`,
    found,
    fix: 'restore the kubeconfig and go on with drainbench run --resume RUN_DIR, or start a new run',
  });
}

function unreachable(kubeConfig: KubeConfig, message: string): DrainbenchError {
  const server = kubeConfig.getCurrentCluster()?.server ?? 'no server';
  return new DrainbenchError({
    code: 'cluster-unreachable',
    message: `the API server ${server} does not answer as it should: ${message}`,
    fix: `kubectl --context ${kubeConfig.getCurrentContext()} get --raw /readyz`,
  });
}
