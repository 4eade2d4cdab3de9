import { CoreV1Api, type V1DeleteOptions } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { countOf } from '../model/count-of.ts';
import { settleAll } from './settle-all.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import type { Disrupted } from './disruption-kind.ts';
import { disruptionRefused } from './disruption-refused.ts';
import { recordAction } from './record-action.ts';
import { settleDeletion } from './settle-deletion.ts';

/**
 * Deletes Pods side by side, each only if it still has its UID.
 *
 * @param gracePeriodSeconds default: the Pod's own; 0 is a force deletion.
 */
export async function deletePods(
  action: string,
  victims: readonly Victim[],
  context: DisruptionContext,
  gracePeriodSeconds?: number,
): Promise<Disrupted> {
  const { namespace, kubeConfig } = context;
  const refusals = await settleAll(
    victims.map(({ name, uid }) => (signal) => {
      const core = apiClient(kubeConfig, CoreV1Api, signal);
      const body: DeleteBody = {
        preconditions: { uid },
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      };
      return recordAction(
        { action, kind: 'Pod', namespace, name, uid },
        { ...context, signal },
        () => core.deleteNamespacedPod({ name, namespace, body }),
        settleDeletion(core, { namespace, name, uid }),
      );
    }),
    context.signal,
  );
  const refused = refusals.filter((refusal) => refusal !== null);
  if (refused.length > 0)
    throw disruptionRefused(
      `the API server refused ${refused.length} of ${countOf(victims.length, 'deletion')}`,
      refused,
    );
  return { victims };
}

type DeleteBody = Pick<V1DeleteOptions, 'gracePeriodSeconds'> & {
  readonly preconditions: { readonly uid: string };
};
