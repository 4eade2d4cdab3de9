import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppsV1Api,
  CoreV1Api,
  type V1DeleteOptions,
  type V1Deployment,
  type V1Pod,
} from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import type { Plain } from '../cluster/kube/plain.ts';
import { countOf } from '../model/count-of.ts';
import { ROLE_LABEL } from '../model/role-label.ts';
import { createRecorded, type Made } from './create-recorded.ts';
import type { DisruptionContext } from './disruption-context.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';
import { readTarget } from './read-target.ts';
import { CHURN } from './rights.ts';

const STARTED_WITHIN_MS = 20_000;
const GONE_WITHIN_MS = 20_000;
const POLL_INTERVAL_MS = 100;

/** Role label of the Pods: the observers do not take them for the app's, and no Service finds them. */
const ROLE = 'churn';

/**
 * An unrelated Deployment comes and goes while nothing happens to the app: as many Pods as the app has are started on
 * its nodes, from its image, and stopped as soon as they run. What fails then fails because the machine is busy with
 * other Pods, as it is in every deployment, and not because a Pod of the app went.
 */
export const churn: DisruptionKind<'churn'> = {
  rights: CHURN,
  needs: [],
  // A neighbour that could not be removed in time goes with the trial's own objects.
  leavesWorkload: false,
  run: async ({ type }, context) => {
    const body = await neighbour(context);
    const made = await create(type, body, context);
    await untilStarted(body, context);
    await remove(made, context);
    return { victims: [] };
  },
};

async function create(action: string, body: Plain<V1Deployment>, context: DisruptionContext): Promise<Made> {
  const { kubeConfig, namespace, signal } = context;
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const { name = '', labels = {} } = body.metadata ?? {};
  return createRecorded(
    {
      ...{ action, role: 'Neighbour', labels },
      object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name },
      create: () => apps.createNamespacedDeployment({ namespace, body }),
      read: (until) => apiClient(kubeConfig, AppsV1Api, until).readNamespacedDeployment({ namespace, name }),
    },
    context,
  );
}

/** Started is enough: an app that does not find its settings ends again, and has kept the machine busy all the same. */
async function untilStarted(
  { spec }: Plain<V1Deployment>,
  { kubeConfig, namespace, signal }: DisruptionContext,
): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const wanted = spec?.replicas ?? 0;
  const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const deadline = performance.now() + STARTED_WITHIN_MS;
  for (;;) {
    const { items } = await retryRequest(() => core.listNamespacedPod({ namespace, labelSelector }), {
      signal,
    });
    const started = items.filter(hasStarted).length;
    if (started >= wanted) return;
    if (performance.now() > deadline) {
      throw disruptionRefused(
        `only ${started} of ${countOf(wanted, 'unrelated Pod')} had started after ${STARTED_WITHIN_MS / 1000} s`,
        [],
        `kubectl -n ${namespace} describe pods -l ${labelSelector}`,
      );
    }
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}

function hasStarted({ status }: V1Pod): boolean {
  const [container] = status?.containerStatuses ?? [];
  return (
    container?.state?.running !== undefined ||
    container?.state?.terminated !== undefined ||
    (container?.restartCount ?? 0) > 0
  );
}

/** Gone when its Pods are. What is left after that time is removed with the trial. */
async function remove(made: Made, { kubeConfig, objects, signal }: DisruptionContext): Promise<void> {
  const { namespace, name, uid } = made;
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const body: Plain<V1DeleteOptions> = { propagationPolicy: 'Foreground', preconditions: { uid } };
  const isGone = async (): Promise<boolean> => {
    const found = await apps.readNamespacedDeployment({ namespace, name }).catch(apiFailure);
    return 'httpStatus' in found ? found.httpStatus === 404 : found.metadata?.uid !== uid;
  };
  await retryRequest(() => apps.deleteNamespacedDeployment({ namespace, name, body }), { signal }).catch(
    (error: unknown) => {
      const { httpStatus } = apiFailure(error);
      // Gone, or replaced by a namesake that is not ours.
      if (httpStatus === 404 || httpStatus === 409) return;
      throw disruptionRefused(`Deployment ${name} could not be removed`, [unread(error)]);
    },
  );
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (performance.now() < deadline) {
    if (await isGone()) {
      await objects.removed(made);
      return;
    }
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}

/** It runs what the trial's Pods run: an image that is there, as that is allowed to run. */
async function neighbour(context: DisruptionContext): Promise<Plain<V1Deployment>> {
  const { trialId, replicas } = context;
  const template = (await readTarget(context)).spec?.template.spec;
  const [container] = template?.containers ?? [];
  const name = `churn-${trialId}`;
  const metadata = context.ownMetadata('Deployment', name);
  const labels = { ...metadata.labels, [ROLE_LABEL]: ROLE };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...(template?.securityContext !== undefined && { securityContext: template.securityContext }),
          ...(template?.imagePullSecrets !== undefined && { imagePullSecrets: template.imagePullSecrets }),
          ...(template?.tolerations !== undefined && { tolerations: template.tolerations }),
          containers: [
            {
              name: ROLE,
              image: container?.image ?? '',
              imagePullPolicy: 'IfNotPresent',
              ...(container?.command !== undefined && { command: container.command }),
              ...(container?.args !== undefined && { args: container.args }),
              ...(container?.securityContext !== undefined && { securityContext: container.securityContext }),
            },
          ],
        },
      },
    },
  };
}
