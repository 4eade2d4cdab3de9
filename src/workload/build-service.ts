import type { Service } from './kube-object.ts';
import { LABELS, ownMetadata, type TrialContext } from './ownership.ts';

/** The same Pods by a name that means their own addresses: for clients that do without kube-proxy. */
export function buildHeadlessService(name: string, targetPort: number, trial: TrialContext): Service {
  const { spec, ...service } = buildService(name, targetPort, trial);
  return {
    ...service,
    spec: {
      clusterIP: 'None',
      selector: spec?.selector ?? {},
      ports: [{ name: 'http', protocol: 'TCP', port: targetPort, targetPort }],
    },
  };
}

/**
 * The Service that gets the load: a NodePort on every node, so that each node's kube-proxy routes its own part, to
 * Pods of all nodes (`externalTrafficPolicy: Cluster`), a new choice for every connection.
 */
export function buildService(name: string, targetPort: number, trial: TrialContext): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownMetadata('Service', name, trial),
    spec: {
      type: 'NodePort',
      externalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      selector: { [LABELS.run]: trial.runId, [LABELS.trial]: trial.trialId, [LABELS.target]: 'true' },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort }],
    },
  };
}
