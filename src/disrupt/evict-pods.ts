import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type V1Eviction } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import type { Plain } from '../cluster/kube/plain.ts';
import { countOf } from '../model/count-of.ts';
import { settleAll } from './settle-all.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import type { Disrupted } from './disruption-kind.ts';
import { disruptionRefused } from './disruption-refused.ts';
import { recordAction, type Refusal } from './record-action.ts';
import { settleDeletion } from './settle-deletion.ts';

/** `kubectl drain` waits 5 s; a second shows sooner when a budget has room again. */
const ASK_AGAIN_MS = 1000;
/** What the Eviction API answers for a budget that has no room. */
const TOO_MANY_REQUESTS = 429;
/** What it answers (500) for a Pod that two budgets select; with every Pod and every budget as they are, it always will. */
const SEVERAL_BUDGETS = /more than one PodDisruptionBudget/;

/**
 * Evicts Pods side by side through the Eviction API, each only if it still has its UID. One that a PodDisruptionBudget
 * holds back (429) is asked for again every second; each answer is recorded.
 *
 * @throws DrainbenchError when some were still refused after `retryForSeconds`: `disruption-blocked` where budgets never
 *   allowed one, with every Pod Ready, or two select the same Pods, else `disruption-refused`.
 */
export async function evictPods(
  action: string,
  victims: readonly Victim[],
  retryForSeconds: number,
  context: DisruptionContext,
): Promise<Disrupted> {
  const deadline = performance.now() + retryForSeconds * 1000;
  const refusals = await settleAll(
    victims.map((victim) => (signal) => evictPod(action, victim, deadline, { ...context, signal })),
    context.signal,
  );
  const refused = refusals.filter((refusal) => refusal !== null);
  if (refused.length === 0) return { victims };
  const blocked =
    refused.length === victims.length &&
    // A busy API server answers 429, too.
    refused.every(
      ({ httpStatus, text }) =>
        (httpStatus === TOO_MANY_REQUESTS && /disruption budget/.test(text)) || SEVERAL_BUDGETS.test(text),
    );
  throw disruptionRefused(
    `${refused.length} of ${countOf(victims.length, 'eviction')} refused`,
    refused,
    undefined,
    blocked ? 'disruption-blocked' : 'disruption-refused',
  );
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
      settleDeletion(core, { namespace, name, uid }),
    );
    if (refusal?.httpStatus !== TOO_MANY_REQUESTS || performance.now() + ASK_AGAIN_MS > deadline)
      return refusal;
    await sleep(ASK_AGAIN_MS, undefined, { signal });
  }
}
