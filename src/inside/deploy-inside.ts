import { KubernetesObjectApi, type KubeConfig } from '@kubernetes/client-node';

import type { Cluster } from '../cluster/cluster.ts';
import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import type { JournalWriter } from '../history/journal-writer.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Scenario } from '../model/scenario.ts';
import { applyWorkload, type OwnedObject } from '../workload/apply-workload.ts';
import { AGENT, buildNodeAgents, type InsideContext } from '../workload/build-node-agents.ts';
import { buildNetworkPolicy } from '../workload/build-network-policy.ts';
import type { DeleteOptions, KubeObject } from '../workload/kube-object.ts';
import { loadPods } from '../workload/load-pods.ts';
import { startInsideLoads, type InsideLoads } from './inside-loads.ts';
import { waitForPodsOnNodes } from './inside-pods.ts';
import { nodeAgents, type NodeAgents } from './node-agents.ts';

/** What a run has of its own inside the cluster, besides the workload; for all of its trials. */
export interface Inside {
  readonly agents: NodeAgents | null;
  /** `null`: all loads run on this machine. */
  readonly loads: InsideLoads | null;
  /** Removes it; where the namespace goes as a whole there is no need to. */
  remove(): Promise<void>;
}

export interface InsideOptions extends InsideContext {
  readonly cluster: Cluster;
  readonly kubeConfig: KubeConfig;
  readonly journal: JournalWriter;
  readonly scenario: Scenario;
  readonly wantsAgents: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (message: string) => void;
}

/** A node that just got its first image needs a moment; one that pulls it needs more. */
const RUNNING_WITHIN_MS = 90_000;
/** An API server that is away is asked again. */
const REMOVED_WITHIN_MS = 30_000;

/** Creates what the run wants inside, waits until it runs, and says what does not. */
export async function deployInside(options: InsideOptions): Promise<Inside> {
  const { kubeConfig, journal } = options;
  const owned: OwnedObject[] = [];
  const remove = () => removeOwned(kubeConfig, journal, owned);
  try {
    const pods = loadPods(options.scenario, options);
    const agents = options.wantsAgents ? [buildNodeAgents(options)] : [];
    await create(options, [buildNetworkPolicy(options), ...agents, ...pods], owned);
    const daemonSet = owned.find(({ kind }) => kind === 'DaemonSet');
    const created = owned.filter(({ kind }) => kind === 'Pod');
    return {
      agents: daemonSet === undefined ? null : await startAgents(options, daemonSet.uid),
      loads: pods.length > 0 ? await startInsideLoads(kubeConfig, options, created, options.signal) : null,
      remove,
    };
  } catch (error) {
    await remove().catch(() => undefined); // must not hide the reason
    throw error;
  }
}

/** Creates the objects, each intent journalled first. */
async function create(
  options: InsideOptions,
  objects: readonly KubeObject[],
  owned: OwnedObject[],
): Promise<void> {
  const { kubeConfig, journal } = options;
  await applyWorkload(kubeConfig, objects, {
    signal: options.signal,
    onIntent: async ({ apiVersion = '', kind = '', metadata }) => {
      const namespace = metadata?.namespace ?? null;
      await journal.write({ type: 'intent', apiVersion, kind, namespace, name: metadata?.name ?? '' });
    },
    onCreated: async (created) => {
      owned.push(created);
      await journal.write({ type: 'created', ...created });
    },
  });
}

async function startAgents(options: InsideOptions, daemonSet: string): Promise<NodeAgents> {
  const { cluster, kubeConfig, namespace, runId, signal, onStep } = options;
  const nodes = cluster.nodes.map(({ name }) => name);
  if (nodes.length === 0) {
    throw new DrainbenchError({
      code: 'nodes-unknown',
      message: 'node agents are wanted, but it is not known which nodes there are',
      expected: 'the right to list nodes',
      fix: 'set spec.cluster.nodeAgent to never, or grant the right (drainbench rbac SCENARIO)',
    });
  }
  const wanted = { namespace, runId, role: AGENT, daemonSet, nodes };
  const { running, missing } = await waitForPodsOnNodes(kubeConfig, wanted, RUNNING_WITHIN_MS, signal);
  for (const [node, reason] of missing) onStep(`no node agent on ${node}: ${reason}`);
  // A control plane without Pods of the app has an agent, too, but nothing to tell.
  const pods = [...running.values()].filter(({ node }) => nodes.includes(node));
  return nodeAgents(kubeConfig, namespace, pods, missing);
}

/** One that may not be removed does not keep the others from it; the first error is thrown when all were tried. */
async function removeOwned(
  kubeConfig: KubeConfig,
  journal: JournalWriter,
  owned: readonly OwnedObject[],
): Promise<void> {
  // Not the run's own signal: an aborted run is tidied away too.
  const signal = AbortSignal.timeout(REMOVED_WITHIN_MS);
  const api = apiClient(kubeConfig, KubernetesObjectApi, signal);
  const errors: unknown[] = [];
  for (const { apiVersion, kind, namespace, name, uid } of owned.toReversed()) {
    const header = { apiVersion, kind, metadata: { name, ...(namespace !== null && { namespace }) } };
    const body: DeleteOptions = { preconditions: { uid }, propagationPolicy: 'Background' };
    const remove = () => api.delete(header, undefined, undefined, undefined, undefined, undefined, body);
    try {
      await retryRequest(remove, { signal, timeoutMs: REMOVED_WITHIN_MS }).catch((error: unknown) => {
        // Gone, or replaced by a namesake that is not ours.
        const { httpStatus } = apiFailure(error);
        if (httpStatus !== 404 && httpStatus !== 409) throw error;
      });
      await journal.write({ type: 'removed', kind, namespace, name });
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
