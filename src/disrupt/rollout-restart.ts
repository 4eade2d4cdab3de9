import { AppsV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { patiently } from '../cluster/kube/patiently.ts';
import type { DisruptionContext, DisruptionRunner } from './disruption-context.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';
import { readyPods } from './ready-pods.ts';
import { recordAction, type Refusal } from './record-action.ts';

/** Its controller writes the status now and then, which changes the resourceVersion between our read and our patch. */
const MAX_ATTEMPTS = 5;
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

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
    const restartedAt = new Date().toISOString();
    refusal = await recordAction(
      { action: spec.type, kind, namespace, name, uid },
      context,
      () =>
        patchTarget(context, {
          metadata: { uid, resourceVersion },
          spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } },
        }),
      async () => {
        const found = await readTarget(context);
        return found.uid === uid && found.restartedAt === restartedAt ? 'it carries our annotation' : null;
      },
    );
    if (refusal === null) return victims;
    if (refusal.httpStatus !== 409) break;
  }
  throw disruptionRefused(
    `the API server refused to restart ${kind} ${name}`,
    refusal === null ? [] : [refusal],
    `kubectl -n ${namespace} rollout restart ${kind.toLowerCase()}/${name}`,
  );
};

async function readTarget({ kubeConfig, namespace, target, signal }: DisruptionContext) {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const request = { name: target.name, namespace };
  const read = () =>
    target.kind === 'Deployment'
      ? apps.readNamespacedDeployment(request)
      : apps.readNamespacedStatefulSet(request);
  const { metadata, spec } = await patiently(read, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw disruptionRefused(`cannot read ${target.kind} ${target.name}`, [unread(error)]);
  });
  return {
    uid: metadata?.uid ?? '',
    resourceVersion: metadata?.resourceVersion ?? '',
    restartedAt: spec?.template.metadata?.annotations?.[RESTARTED_AT],
  };
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
