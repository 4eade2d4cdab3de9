import type { KubeConfig } from '@kubernetes/client-node';

import type { ClusterIdentity } from '../../model/cluster-capabilities.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { Cluster } from '../cluster.ts';
import { readClusterIdentity, requireSameCluster } from './cluster-identity.ts';
import { writePrivateKubeconfig } from './private-kubeconfig.ts';
import { probeCapabilities, type ProbedCluster } from './probe-capabilities.ts';
import { readContext, type ContextChoice } from './read-context.ts';

/** A cluster that belongs to somebody else, for the time of one run. */
export interface ExistingSession {
  readonly cluster: Cluster;
  readonly context: string;
  readonly identity: ClusterIdentity;
  readonly probed: ProbedCluster;
  /** The run's own copy of the context, which nothing can swap any more. */
  readonly kubeConfig: KubeConfig;
  /** Throws `context-changed` or `cluster-changed` unless both still lead to where the run began. */
  requireSame(signal: AbortSignal): Promise<void>;
  /** The same for the API server alone: a clean-up goes to where the objects are, whatever the user's file says. */
  requireSameServer(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the context that the user named: copies it, identifies the cluster and asks what can be seen there. Nothing is
 * created on the cluster.
 *
 * @param namespace that the run will use; where it makes its own, any name of one.
 * @param expected what the cluster was when the run began, where this goes on with one.
 */
export async function openExistingSession(options: {
  readonly choice: ContextChoice;
  readonly namespace: string | undefined;
  readonly expected: ClusterIdentity | null;
  readonly signal: AbortSignal;
}): Promise<ExistingSession> {
  const { choice, namespace, expected, signal } = options;
  const kubeConfig = readContext(choice);
  if (expected !== null) await requireSameCluster(kubeConfig, expected, signal);
  const identity = expected ?? (await readClusterIdentity(kubeConfig, namespace, signal));
  const probed = await probeCapabilities(kubeConfig, namespace ?? 'drainbench', signal);
  const copy = await writePrivateKubeconfig(kubeConfig);
  const requireSameServer = (until: AbortSignal) => requireSameCluster(kubeConfig, identity, until);
  return {
    cluster: existingCluster(choice.context, copy.path, probed),
    context: choice.context,
    identity,
    probed,
    kubeConfig,
    requireSame: async (until) => {
      requireSameTarget(choice, kubeConfig);
      await requireSameServer(until);
    },
    requireSameServer,
    close: () => copy.remove(),
  };
}

function existingCluster(name: string, kubeconfigPath: string, probed: ProbedCluster): Cluster {
  return {
    driver: 'existing',
    name,
    ours: false,
    kubeconfigPath,
    nodes: probed.nodes,
    proxyMode: probed.proxyMode,
    capabilities: probed.capabilities,
    sources: { auditLogPath: null, sharesKernel: false, onNode: null, runtimeEvents: null },
    loadImage: () => Promise.reject(new Error('images reach an existing cluster through a registry only')),
  };
}

/** The user's own file: who redirects a context while a run uses it means something by it. */
function requireSameTarget(choice: ContextChoice, began: KubeConfig): void {
  let now: KubeConfig;
  try {
    now = readContext(choice);
  } catch {
    return; // Gone, or being written: the run's own copy still leads to where it began.
  }
  const [then, today] = [began.getCurrentCluster(), now.getCurrentCluster()];
  if (then?.server === today?.server && then?.caData === today?.caData) return;
  throw new DrainbenchError({
    code: 'context-changed',
    message: `context ${choice.context} was changed while the run used it`,
    expected: `API server ${then?.server ?? 'none'} with the certificate authority it had`,
    found: `API server ${today?.server ?? 'none'}${then?.server === today?.server ? ' with another certificate authority' : ''}`,
    fix: 'restore the kubeconfig and go on with drainbench run --resume RUN_DIR, or start a new run',
  });
}
