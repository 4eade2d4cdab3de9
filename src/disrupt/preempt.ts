import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type V1DeleteOptions, type V1Pod } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import type { Plain } from '../cluster/kube/plain.ts';
import { createRecorded, type Made } from './create-recorded.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';
import { matchLabels } from './match-labels.ts';
import { readTarget } from './read-target.ts';
import { CREATE_PODS, PATCH_TARGET } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { settleDeletion } from './settle-deletion.ts';
import { wholeWorkload } from './whole-workload.ts';

const PREEMPTED_WITHIN_MS = 20_000;
const TAKEN_BACK_WITHIN_MS = 10_000;
const POLL_INTERVAL_MS = 20;

/**
 * A Pod of the highest priority that wants a node for itself, so that the scheduler preempts the trial's Pods there. It
 * asks for no resources (how much a node has, and what else uses it, does not matter): it cannot stand the Pods of the
 * trial beside it. It is taken back as soon as they have been told to go: their replacements may come to the same node,
 * and would be preempted in their turn, over and over. Whom the scheduler preempts is its own affair, so that this is
 * done only on nodes that nobody else has Pods on.
 */
export const preempt: DisruptionKind<'preempt'> = {
  rights: [...CREATE_PODS, ...PATCH_TARGET.filter(({ verb }) => verb === 'get')],
  needs: ['own-nodes', 'two-nodes'],
  leavesWorkload: false,
  run: async ({ type }, context) => {
    const { kubeConfig, signal } = context;
    const victims = selectVictims(await wholeWorkload(context), 'one-node', context.seed);
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const made = await create(core, type, await preemptor(victims[0]?.node ?? '', context), context);
    try {
      await untilGoing(core, victims, context);
    } catch (error) {
      // Why it did not happen is what counts; a Pod that stays is removed with the trial.
      await takeBack(made, context).catch(() => undefined);
      throw error;
    }
    await takeBack(made, context);
    return { victims };
  },
};

async function create(
  core: CoreV1Api,
  action: string,
  body: Plain<V1Pod>,
  context: DisruptionContext,
): Promise<Made> {
  const { namespace } = context;
  const { name = '', labels = {} } = body.metadata ?? {};
  return createRecorded(
    {
      ...{ action, role: 'Preemptor', labels },
      object: { apiVersion: 'v1', kind: 'Pod', namespace, name },
      create: () => core.createNamespacedPod({ namespace, body }),
      read: (until) => apiClient(context.kubeConfig, CoreV1Api, until).readNamespacedPod({ namespace, name }),
    },
    context,
  );
}

async function untilGoing(
  core: CoreV1Api,
  victims: readonly Victim[],
  { namespace, signal }: DisruptionContext,
): Promise<void> {
  const deadline = performance.now() + PREEMPTED_WITHIN_MS;
  for (const { name, uid } of victims) {
    const isGoing = settleDeletion(core, { namespace, name, uid });
    while ((await retryRequest(isGoing, { signal })) === null) {
      if (performance.now() > deadline)
        throw disruptionRefused(
          `the scheduler had not preempted Pod ${name} after ${PREEMPTED_WITHIN_MS / 1000} s`,
          [],
          `kubectl -n ${namespace} describe pods`,
        );
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
  }
}

/** Also when the trial was aborted. */
async function takeBack(made: Made, { kubeConfig, objects }: DisruptionContext): Promise<void> {
  const { namespace, name, uid } = made;
  const signal = AbortSignal.timeout(TAKEN_BACK_WITHIN_MS);
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const body: Plain<V1DeleteOptions> = { gracePeriodSeconds: 0, preconditions: { uid } };
  const remove = () => core.deleteNamespacedPod({ namespace, name, body });
  await retryRequest(remove, { signal, timeoutMs: TAKEN_BACK_WITHIN_MS }).catch((error: unknown) => {
    const { httpStatus } = apiFailure(error);
    // Gone, or replaced by a namesake that is not ours.
    if (httpStatus === 404 || httpStatus === 409) return;
    throw disruptionRefused(
      `Pod ${name}, before which all others have to go, could not be taken back`,
      [unread(error)],
      `kubectl -n ${namespace} delete pod ${name}`,
    );
  });
  await objects.removed(made);
}

/** It runs what the trial's Pods run: an image that is there. */
async function preemptor(node: string, context: DisruptionContext): Promise<Plain<V1Pod>> {
  const { trialId, ownMetadata, selector } = context;
  const container = (await readTarget(context)).spec?.template.spec?.containers[0];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: ownMetadata('Pod', `preemptor-${trialId}`),
    spec: {
      priorityClassName: 'system-node-critical',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      nodeSelector: { 'kubernetes.io/hostname': node },
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: matchLabels(selector) } },
          ],
        },
      },
      containers: [{ name: 'preemptor', image: container?.image ?? '', imagePullPolicy: 'IfNotPresent' }],
    },
  };
}
