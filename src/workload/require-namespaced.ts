import type { KubeConfig } from '@kubernetes/client-node';

import { getKubeJson, KubeStatusError } from '../cluster/kube/kube-stream.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { KubeObject } from './kube-object.ts';

/**
 * Asks the API server of every kind in a manifest whether its objects live in a namespace: nothing outside the run's own
 * is touched, whatever kinds the cluster has. To be called before anything is created. Only reads.
 *
 * @throws DrainbenchError (exit code 64) `manifest-cluster-scoped`, `manifest-kind-unknown`.
 */
export async function requireNamespaced(
  kubeConfig: KubeConfig,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const [apiVersion = '', ofVersion] of Map.groupBy(objects, (object) => object.apiVersion)) {
    const resources = await resourcesOf(kubeConfig, apiVersion, signal);
    for (const { kind = '', metadata } of ofVersion) {
      const title = `${kind} ${metadata?.name ?? ''}`;
      const resource = resources.find((each) => each.kind === kind && !each.name.includes('/'));
      if (resource === undefined) throw unknownKind(title, apiVersion);
      if (!resource.namespaced) throw clusterScoped(title);
    }
  }
}

interface ApiResource {
  /** Of a subresource with a slash in it. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

async function resourcesOf(
  kubeConfig: KubeConfig,
  apiVersion: string,
  signal: AbortSignal,
): Promise<readonly ApiResource[]> {
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const list = await getKubeJson(kubeConfig, path, signal).catch((error: unknown) => {
    if (error instanceof KubeStatusError && error.status === 404) return { resources: [] };
    throw error;
  });
  return (list as { readonly resources: readonly ApiResource[] }).resources;
}

function clusterScoped(title: string): DrainbenchError {
  return new DrainbenchError({
    code: 'manifest-cluster-scoped',
    message: `the manifest has ${title}, which lives outside of namespaces on this cluster; nothing was created`,
    expected: "namespaced objects only: nothing outside the run's own namespace is touched",
    fix: 'create it by hand beforehand, and take it out of the manifest',
    exitCode: EXIT.usage,
  });
}

function unknownKind(title: string, apiVersion: string): DrainbenchError {
  return new DrainbenchError({
    code: 'manifest-kind-unknown',
    message: `the manifest has ${title} (${apiVersion}), a kind that this cluster does not have; nothing was created`,
    fix: `kubectl api-resources --api-group=${apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '""'}  shows those that it has; install what brings the kind, or take the object out of the manifest`,
    exitCode: EXIT.usage,
  });
}
