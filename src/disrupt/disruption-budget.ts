import type { V1PodDisruptionBudget } from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';
import type { Disruption } from '../model/scenario.ts';
import type { DisruptionContext } from './disruption-context.ts';
import { matchLabels } from './match-labels.ts';

/** Whether it asks for a PodDisruptionBudget beside the workload. */
export function asksForBudget(
  disruption: Disruption,
): disruption is Extract<Disruption, { maxUnavailable?: unknown }> & { readonly maxUnavailable: number } {
  return 'maxUnavailable' in disruption && disruption.maxUnavailable !== undefined;
}

/** The PodDisruptionBudget that a disruption asks for beside the workload; `null` where it asks for none. */
export function disruptionBudget(
  spec: Disruption,
  { trialId, ownMetadata, selector }: Pick<DisruptionContext, 'trialId' | 'ownMetadata' | 'selector'>,
): Plain<V1PodDisruptionBudget> | null {
  if (!asksForBudget(spec)) return null;
  const kind = 'PodDisruptionBudget';
  return {
    apiVersion: 'policy/v1',
    kind,
    metadata: ownMetadata(kind, `budget-${trialId}`),
    spec: { maxUnavailable: spec.maxUnavailable, selector: { matchLabels: matchLabels(selector) } },
  };
}
