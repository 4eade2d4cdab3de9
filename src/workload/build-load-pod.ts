import type { InsideContext } from './build-node-agents.ts';
import type { Pod } from './kube-object.ts';
import { LABELS, ownAnnotations } from './ownership.ts';

/** Role label of the Pods, and name of their container. */
export const LOAD = 'load';

/**
 * What a load Pod asks for. Half a CPU is what 1000 requests a second take; asked for, so that the load gets its turn on
 * a busy node; no limit, which would make the load late and pass for a slow service.
 */
const REQUESTS = { cpu: '500m', memory: '128Mi' };

/**
 * A Pod that load is put on from: it does nothing until a load is run in it. Without rights of any kind, and without the
 * label by which the Service finds its Pods, so that it is neither sent to nor disrupted.
 *
 * @param node that it must run on; `null`: the scheduler's choice.
 */
export function buildLoadPod(name: string, node: string | null, context: InsideContext): Pod {
  const { runId, namespace, expiresAt, image } = context;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { [LABELS.run]: runId, [LABELS.managedBy]: 'drainbench', [LABELS.role]: LOAD },
      annotations: ownAnnotations({ kind: 'Pod', namespace, name }, expiresAt),
    },
    spec: {
      ...(node !== null && { affinity: onNode(node) }),
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: LOAD,
          image,
          imagePullPolicy: 'IfNotPresent',
          resources: { requests: REQUESTS },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            runAsGroup: 65_532,
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
        },
      ],
    },
  };
}

/** By way of the scheduler, which also sees to the node's resources; `nodeName` would go past it. */
function onNode(node: string): NonNullable<NonNullable<Pod['spec']>['affinity']> {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
}
