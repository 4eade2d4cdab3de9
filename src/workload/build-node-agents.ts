import type { DaemonSet } from './kube-object.ts';
import { LABELS, ownAnnotations } from './ownership.ts';

export interface InsideContext {
  readonly runId: string;
  readonly namespace: string;
  readonly expiresAt: Date;
  /** With drainbench's own programs; see `nodeImage`. */
  readonly image: string;
}

/** Name of the Pods' container, and their role label. */
export const AGENT = 'agent';

/** With the run in it: in a namespace that is not ours there may be an `agent` already. */
export function nodeAgentsName(runId: string): string {
  return `${AGENT}-${runId.slice(-6).toLowerCase()}`;
}

/** The host's cgroups: the container's own mount shows only its own. */
const CGROUPS = '/host/cgroup';

/**
 * The node agents: on every node, whatever its taints, a Pod that may see what the node sees, and does nothing until a
 * program is run in it. Privileged, for it reads the node's rules, connection tracking and kernel trace; it mounts
 * nothing of the node for writing, and has no account at the API.
 */
export function buildNodeAgents({ runId, namespace, expiresAt, image }: InsideContext): DaemonSet {
  const name = nodeAgentsName(runId);
  const own = { [LABELS.run]: runId, [LABELS.managedBy]: 'drainbench', [LABELS.role]: AGENT };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name,
      namespace,
      labels: own,
      annotations: ownAnnotations({ kind: 'DaemonSet', namespace, name }, expiresAt),
    },
    spec: {
      selector: { matchLabels: { [LABELS.run]: runId, [LABELS.role]: AGENT } },
      template: {
        metadata: { labels: own },
        spec: {
          hostNetwork: true,
          hostPID: true,
          tolerations: [{ operator: 'Exists' }],
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          containers: [
            {
              name: AGENT,
              image,
              imagePullPolicy: 'IfNotPresent',
              securityContext: { privileged: true, runAsUser: 0 },
              // Little, but asked for: the observers must get their turn on a busy node.
              resources: { requests: { cpu: '100m', memory: '96Mi' } },
              volumeMounts: [{ name: 'cgroup', mountPath: CGROUPS, readOnly: true }],
            },
          ],
          volumes: [{ name: 'cgroup', hostPath: { path: '/sys/fs/cgroup' } }],
        },
      },
    },
  };
}
