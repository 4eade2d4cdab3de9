import type { KubeConfig } from '@kubernetes/client-node';

import type { DisruptionContext } from '../../../src/disrupt/disruption-context.ts';
import { ownMetadata } from '../../../src/workload/ownership.ts';
import type { TrialWorkload } from './trial-workload.ts';

/** What a run hands to a disruption of this workload; nothing is left to the end of the trial unless given. */
export function disruptionContext(
  kubeConfig: KubeConfig,
  { trial, workload }: TrialWorkload,
  observing: Pick<DisruptionContext, 'nowNs' | 'record' | 'signal'>,
  more: Partial<Pick<DisruptionContext, 'cluster' | 'objects' | 'onNodeChange'>> = {},
): DisruptionContext {
  return {
    kubeConfig,
    cluster: { nodes: [] },
    namespace: trial.namespace,
    selector: workload.selector,
    target: workload.target,
    container: workload.container,
    replicas: workload.replicas,
    loadNodes: [],
    trialId: trial.trialId,
    ownMetadata: (kind, name) => ownMetadata(kind, name, trial),
    objects: {
      intended: () => Promise.resolve(),
      created: () => Promise.resolve(),
      removed: () => Promise.resolve(),
    },
    run: { id: trial.runId, owner: null, namespace: trial.namespace, expiresAt: trial.expiresAt },
    seed: 1,
    onNodeChange: () => Promise.resolve(),
    ...observing,
    ...more,
  };
}
