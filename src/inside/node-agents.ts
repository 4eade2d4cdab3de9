import type { KubeConfig } from '@kubernetes/client-node';

import { AgentSession, type AgentSessionOptions } from '../agent/agent-session.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { execProgram } from '../cluster/kube/exec-program.ts';
import type { Scenario } from '../model/scenario.ts';
import type { ObserveContext } from '../observe/observer.ts';
import { AGENT } from '../workload/build-node-agents.ts';
import type { InsidePod } from './inside-pods.ts';
import { NODE_PROGRAMS } from './node-image.ts';

/** The node agents of a run: their Pods run, and are asked to look for one trial at a time. */
export interface NodeAgents {
  /** Starts a session with the agent of each node that can be had; why the others cannot. */
  open(
    runStartNs: bigint,
    context: ObserveContext,
  ): Promise<{ readonly sessions: readonly AgentSession[]; readonly missing: ReadonlyMap<string, string> }>;
}

/** Whether a run puts agents on the nodes: by itself only on a kind cluster that cannot be looked into otherwise. */
export function wantsNodeAgents(
  cluster: Cluster,
  setting: Scenario['spec']['cluster']['nodeAgent'],
): boolean {
  if (setting !== 'auto') return setting === 'always';
  return cluster.driver === 'kind' && cluster.sources.onNode === null;
}

/**
 * @param missing nodes on which no agent runs, and why
 * @param ownClock see `AgentSessionOptions`
 */
export function nodeAgents(
  kubeConfig: KubeConfig,
  namespace: string,
  pods: readonly InsidePod[],
  missing: ReadonlyMap<string, string>,
  ownClock?: AgentSessionOptions['ownClock'],
): NodeAgents {
  return {
    open: async (runStartNs, context) => {
      const reasons = new Map(missing);
      const sessions: AgentSession[] = [];
      await Promise.all(
        pods.map(async ({ name: pod, uid, node }) => {
          try {
            const target = { namespace, pod, uid, container: AGENT };
            const program = await execProgram(kubeConfig, target, NODE_PROGRAMS.agent);
            sessions.push(
              await AgentSession.open({ node, program, runStartNs, context, ...(ownClock && { ownClock }) }),
            );
          } catch (error) {
            reasons.set(node, error instanceof Error ? error.message : String(error));
          }
        }),
      );
      return { sessions: sessions.toSorted((a, b) => (a.node < b.node ? -1 : 1)), missing: reasons };
    },
  };
}
