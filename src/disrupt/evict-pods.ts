import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type V1Eviction } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import type { Plain } from '../cluster/kube/plain.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import type { Disrupted } from './disruption-kind.ts';
import { disruptionRefused } from './disruption-refused.ts';
import { recordAction, type Refusal } from './record-action.ts';
import { settleGoing } from './settle-going.ts';

/** `kubectl drain` waits 5 s; a second shows sooner when a budget has room again. */
const ASK_AGAIN_MS = 1000;

/**
 * Evicts Pods side by side through the Eviction API, each only if it still has its UID. One that a PodDisruptionBudget
 * holds back (429) is asked for again every second; each answer is recorded.
 *
 * @throws DrainbenchError `disruption-refused` when some were still refused after `retryForSeconds`.
 */
export async function evictPods(
  action: string,
  victims: readonly Victim[],
  retryForSeconds: number,
  context: DisruptionContext,
): Promise<Disrupted> {
  const deadline = performance.now() + retryForSeconds * 1000;
  const refusals = await Promise.all(victims.map((victim) => evictPod(action, victim, deadline, context)));
  const refused = refusals.filter((refusal) => refusal !== null);
  if (refused.length > 0)
    throw disruptionRefused(`${refused.length} of ${victims.length} evictions were refused`, refused);
  return { victims };
}

async function evictPod(
  action: string,
  { name, uid }: Victim,
  deadline: number,
  context: DisruptionContext,
): Promise<Refusal | null> {
  const { kubeConfig, namespace, signal } = context;
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const body: Plain<V1Eviction> = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  };
  for (;;) {
    const refusal = await recordAction(
      { action, kind: 'Pod', namespace, name, uid },
      context,
      () => core.createNamespacedPodEviction({ name, namespace, body }),
      settleGoing(core, { namespace, name, uid }),
    );
    if (refusal?.httpStatus !== 429 || performance.now() + ASK_AGAIN_MS > deadline) return refusal;
    await sleep(ASK_AGAIN_MS, undefined, { signal });
  }
}
