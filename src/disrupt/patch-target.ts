import {
  AppsV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
  type V1StatefulSet,
} from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import type { DisruptionContext } from './disruption-context.ts';
import { disruptionRefused } from './disruption-refused.ts';
import { readTarget } from './read-target.ts';
import { recordAction, type Refusal } from './record-action.ts';

/** Its controller writes the status now and then, which changes the resourceVersion between our read and our patch. */
const MAX_ATTEMPTS = 5;

export interface TargetChange {
  /** Merged into the object. */
  readonly patch: object;
  /** What shows in the object that the change is there, in one phrase. */
  readonly shows: (found: V1Deployment | V1StatefulSet) => string | null;
  /** `kubectl …`, for the error. */
  readonly command: string;
}

/**
 * Changes what owns the Pods, by a patch that carries UID and resourceVersion, so that it is refused if the workload is
 * not the one that was read.
 */
export async function patchTarget(
  action: string,
  context: DisruptionContext,
  { patch, shows, command }: TargetChange,
): Promise<void> {
  const { namespace, target } = context;
  const { kind, name } = target;
  let refusal: Refusal | null = null;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { metadata } = await readTarget(context);
    const uid = metadata?.uid ?? '';
    const resourceVersion = metadata?.resourceVersion ?? '';
    refusal = await recordAction(
      { action, kind, namespace, name, uid },
      context,
      () => send(context, { ...patch, metadata: { uid, resourceVersion } }),
      async () => {
        const found = await readTarget(context);
        return found.metadata?.uid === uid ? shows(found) : null;
      },
    );
    if (refusal === null) return;
    if (refusal.httpStatus !== 409) break;
  }
  const refusals = refusal === null ? [] : [refusal];
  throw disruptionRefused(`the API server refused to change ${kind} ${name}`, refusals, command);
}

function send({ kubeConfig, namespace, target, signal }: DisruptionContext, body: object): Promise<unknown> {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  const request = { name: target.name, namespace, body };
  return target.kind === 'Deployment'
    ? apps.patchNamespacedDeployment(request, options)
    : apps.patchNamespacedStatefulSet(request, options);
}
