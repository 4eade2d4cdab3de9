import { AppsV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { DisruptionContext, DisruptionRunner } from './disruption-context.ts';
import { readyPods } from './ready-pods.ts';
import { recordAction, type Refusal } from './record-action.ts';

/** Its controller writes the status now and then, which changes the resourceVersion between our read and our patch. */
const MAX_ATTEMPTS = 5;

/**
 * `kubectl rollout restart`: a new annotation on the Pod template, so that every Pod is replaced. The patch carries UID
 * and resourceVersion, so it is refused if the workload is not the one that was read.
 */
export const rolloutRestart: DisruptionRunner<'rollout-restart'> = async (spec, context) => {
  const victims = await readyPods(context);
  const { kind, name } = context.target;
  const { namespace } = context;
  let refusal: Refusal | null = null;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { uid, resourceVersion } = await readTarget(context);
    refusal = await recordAction({ action: spec.type, kind, namespace, name, uid }, context, () =>
      patchTarget(context, {
        metadata: { uid, resourceVersion },
        spec: {
          template: {
            metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() } },
          },
        },
      }),
    );
    if (refusal === null) return victims;
    if (refusal.httpStatus !== 409) break;
  }
  throw new DrainbenchError({
    code: 'disruption-refused',
    message: `the API server refused to restart ${kind} ${name}`,
    ...(refusal !== null && { found: refusal.text }),
    command: `kubectl -n ${namespace} rollout restart ${kind.toLowerCase()}/${name}`,
  });
};

async function readTarget({ kubeConfig, namespace, target, signal }: DisruptionContext) {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const request = { name: target.name, namespace };
  const read = () =>
    target.kind === 'Deployment'
      ? apps.readNamespacedDeployment(request)
      : apps.readNamespacedStatefulSet(request);
  const { metadata } = await read().catch((error: unknown) => {
    signal.throwIfAborted();
    throw new DrainbenchError({
      code: 'disruption-impossible',
      message: `cannot read ${target.kind} ${target.name}: ${apiFailure(error).message}`,
      cause: error,
    });
  });
  return { uid: metadata?.uid ?? '', resourceVersion: metadata?.resourceVersion ?? '' };
}

function patchTarget(
  { kubeConfig, namespace, target, signal }: DisruptionContext,
  body: object,
): Promise<unknown> {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  const request = { name: target.name, namespace, body };
  return target.kind === 'Deployment'
    ? apps.patchNamespacedDeployment(request, options)
    : apps.patchNamespacedStatefulSet(request, options);
}
