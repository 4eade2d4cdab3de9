import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { KubeObject, Pod, PodTemplate } from './kube-object.ts';

/** As Pod Security admission says it. */
const VIOLATES = /violates PodSecurity/;

/**
 * Asks the API server whether it would admit a manifest's Pods into a namespace, without creating one: a controller that
 * may not make them only says so in Events, and each trial would wait for Pods that never come. What else an API server
 * may have against such a Pod is left to the trial.
 *
 * @throws DrainbenchError `pod-not-admitted` (exit code 64) with the API server's own reason.
 */
export async function requireAdmitted(
  kubeConfig: KubeConfig,
  namespace: string,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  for (const object of objects) {
    const spec = podSpecOf(object);
    if (spec === undefined) continue;
    const name = `admitted-${object.metadata?.name ?? ''}`.slice(0, 63);
    const body: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec };
    const refusal = await core
      .createNamespacedPod({ namespace, body, dryRun: 'All' })
      .then(() => null, apiFailure);
    signal.throwIfAborted();
    if (refusal !== null && VIOLATES.test(refusal.message))
      throw notAdmitted(object, namespace, refusal.message);
  }
}

/** Of whatever makes Pods, or is one. */
function podSpecOf({ kind, ...object }: KubeObject): Pod['spec'] | undefined {
  if (kind === 'Pod') return (object as Pod).spec;
  const { spec } = object as { readonly spec?: { readonly template?: PodTemplate } };
  return spec?.template?.spec;
}

function notAdmitted({ kind, metadata }: KubeObject, namespace: string, reason: string): DrainbenchError {
  return new DrainbenchError({
    code: 'pod-not-admitted',
    message: `the API server does not admit the Pods of ${kind ?? ''} ${metadata?.name ?? ''} into namespace ${namespace}: ${reason}`,
    expected: "Pods that the namespace's Pod Security Standard allows",
    fix: 'take out of the manifest what the message names; or, if the Pods are to be like that and the manifest is yours, set spec.cluster.podSecurity: privileged',
    exitCode: EXIT.usage,
  });
}
