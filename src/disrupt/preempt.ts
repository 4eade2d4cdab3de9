import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type V1Pod } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { patiently } from '../cluster/kube/patiently.ts';
import type { Plain } from '../cluster/kube/plain.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { disruptionRefused } from './disruption-refused.ts';
import { matchLabels } from './match-labels.ts';
import { readTarget } from './read-target.ts';
import { readyPods } from './ready-pods.ts';
import { recordAction } from './record-action.ts';
import { CREATE_PODS, PATCH_TARGET } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { settleGoing } from './settle-going.ts';

const PREEMPTED_WITHIN_MS = 20_000;
const POLL_INTERVAL_MS = 20;

/**
 * A Pod of the highest priority that wants a node for itself, so that the scheduler preempts the trial's Pods there. It
 * asks for no resources (how much a node has, and what else uses it, does not matter): it cannot stand the Pods of the
 * trial beside it. It is taken back as soon as they have been told to go: their replacements may come to the same node,
 * and would be preempted in their turn, over and over.
 */
export const preempt: DisruptionKind<'preempt'> = {
  rights: [...CREATE_PODS, ...PATCH_TARGET.filter(({ verb }) => verb === 'get')],
  needs: ['two-nodes'],
  run: async ({ type }, context) => {
    const { kubeConfig, namespace, signal } = context;
    const victims = selectVictims(await readyPods(context), 'one-node', context.seed);
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const body = await preemptor(victims[0]?.node ?? '', context);
    const name = body.metadata?.name ?? '';
    const refusal = await recordAction(
      { action: type, kind: 'Preemptor', namespace, name, uid: '' },
      context,
      () => core.createNamespacedPod({ namespace, body }),
      () =>
        core.readNamespacedPod({ namespace, name }).then(
          () => 'it is there',
          (error: unknown) => {
            if (apiFailure(error).httpStatus === 404) return null;
            throw error;
          },
        ),
    );
    if (refusal !== null) throw disruptionRefused(`the API server refused to create Pod ${name}`, [refusal]);
    try {
      await untilGoing(core, victims, context);
    } finally {
      await takeBack(core, namespace, name);
    }
    return { victims };
  },
};

async function untilGoing(
  core: CoreV1Api,
  victims: readonly Victim[],
  { namespace, signal }: DisruptionContext,
): Promise<void> {
  const deadline = performance.now() + PREEMPTED_WITHIN_MS;
  for (const { name, uid } of victims) {
    const isGoing = settleGoing(core, { namespace, name, uid });
    while ((await patiently(isGoing, { signal })) === null) {
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

/** By its labels it is the trial's, so that whatever this does not manage the clean-up does. */
async function takeBack(core: CoreV1Api, namespace: string, name: string): Promise<void> {
  await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 }).catch(() => undefined);
}

/** It runs what the trial's Pods run: an image that is there. */
async function preemptor(node: string, context: DisruptionContext): Promise<Plain<V1Pod>> {
  const { namespace, trialId, labels, selector } = context;
  const container = (await readTarget(context)).spec?.template.spec?.containers[0];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `preemptor-${trialId}`, namespace, labels: { ...labels } },
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
