import type { V1NetworkPolicy } from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';
import { LOAD } from './build-load-pod.ts';
import { AGENT, type InsideContext } from './build-node-agents.ts';
import { LABELS, ownAnnotations } from './ownership.ts';

/**
 * Lets nobody connect to the run's own loads and agents, which listen nowhere: they are talked to by the API's exec,
 * which no policy stops. Where they may connect to is left alone: how a policy sees a NodePort or a cluster's DNS depends
 * on the network plugin, and a load that is held back would pass for a service that fails. Agents live in their node's
 * network, of which most plugins take no notice.
 */
export function buildNetworkPolicy({ runId, namespace, expiresAt }: InsideContext): Plain<V1NetworkPolicy> {
  const kind = 'NetworkPolicy';
  const name = `isolated-${runId.slice(-6).toLowerCase()}`;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind,
    metadata: {
      name,
      namespace,
      labels: { [LABELS.run]: runId, [LABELS.managedBy]: 'drainbench' },
      annotations: ownAnnotations({ kind, namespace, name }, expiresAt),
    },
    spec: {
      podSelector: {
        matchLabels: { [LABELS.run]: runId },
        matchExpressions: [{ key: LABELS.role, operator: 'In', values: [AGENT, LOAD] }],
      },
      policyTypes: ['Ingress'],
      ingress: [],
    },
  };
}
