import type { AgentSession } from '../agent/agent-session.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import { observeConntrack } from '../observe/dataplane/observe-conntrack.ts';
import { observePodNetwork } from '../observe/dataplane/observe-pod-network.ts';
import { observeRoutes } from '../observe/dataplane/observe-routes.ts';
import { readProxySync } from '../observe/dataplane/read-proxy-sync.ts';
import { startWallStamps } from '../observe/dataplane/wall-stamps.ts';
import { startKernelTrace } from '../observe/kernel-trace/start-kernel-trace.ts';
import type { ObserveContext, Observer } from '../observe/observer.ts';
import { readProcessFacts } from '../observe/process-facts.ts';
import { allStarted, stopConcurrently } from '../observe/stop-observers.ts';
import { watchRuntime, type RuntimeObserver } from '../observe/runtime-events.ts';
import type { KubeObject } from '../observe/watch-state.ts';
import type { NodeAgents } from '../inside/node-agents.ts';

/** The TCP ports at which a trial's traffic can be seen. */
export interface TrafficPorts {
  /** Of the containers. */
  readonly app: number;
  /** The Service's NodePort, on every node; `null`: it has none. */
  readonly node: number | null;
  /** The Service's own port, at its ClusterIP; `null`: no load goes there. */
  readonly service: number | null;
  /** Addresses of clients that go to the Pods directly. */
  readonly directClients: readonly string[];
}

export interface EvidenceOptions {
  readonly cluster: Cluster;
  /** `null`: the nodes are looked into from here, as far as the cluster lets us. */
  readonly agents: NodeAgents | null;
  readonly namespace: string;
  readonly ports: TrafficPorts;
  readonly runStartNs: bigint;
}

/** What looks into the nodes while a trial runs. */
export interface Evidence extends Observer {
  /** Asks every node's kube-proxy when it last wrote its rules. */
  askProxies(): Promise<void>;
  /** Looks at the first process of every container of these Pods. */
  readProcessFacts(pods: readonly KubeObject[]): Promise<void>;
}

/** PID_MAX_LIMIT of 64-bit Linux. */
const MOST_PIDS = 4_194_304;
/** Where it is not among the node's mounts under another name. */
const CTR: readonly (readonly string[])[] = [['ctr'], ['k3s', 'ctr']];

/**
 * Starts what proves the cause of a failure: the kernel's trace, and on each node kube-proxy's rules, connection
 * tracking, Pod networks and the container runtime; from here as far as the cluster offers them, or by agents on the
 * nodes. Resolves when all of them look. None of them can fail the trial: what cannot be seen is an `observation-gap`.
 */
export async function observeEvidence(options: EvidenceOptions, context: ObserveContext): Promise<Evidence> {
  const { cluster, agents, namespace, ports, runStartNs } = options;
  const { sharesKernel, onNode, runtimeEvents, conntrackEvents: program = null } = cluster.sources;
  const servicePorts = [ports.node, ports.service].filter((port) => port !== null);
  const kernelPorts = [ports.app, ...servicePorts];
  const { directClients: clients } = ports;
  const direct = clients.length === 0 ? null : { port: ports.app, clients };
  const starting: Promise<Observer>[] = [];
  const runtimes: { readonly node: string; readonly runtime: Promise<RuntimeObserver> }[] = [];
  // One look at a kernel is enough, and from here it costs no mapping of clocks.
  if (sharesKernel) starting.push(startKernelTrace({ ports: kernelPorts }, context, runStartNs));
  const { sessions, missing } = (await agents?.open(runStartNs, context)) ?? { sessions: [], missing: null };
  const kernels = [...new Set(sessions.map(({ kernel }) => kernel.bootId))];
  const tracers = sharesKernel ? new Set<AgentSession>() : oneForEachKernel(sessions);
  for (const session of sessions) {
    const task = {
      node: session.node,
      proxyMode: cluster.proxyMode,
      namespace,
      servicePorts,
      direct,
      kernelPorts: tracers.has(session) ? kernelPorts : null,
      ctr: cluster.sources.ctr === undefined ? CTR : [cluster.sources.ctr(session.node), ...CTR],
    };
    const kernel = kernels.indexOf(session.kernel.bootId);
    starting.push(session.start(task, kernel * MOST_PIDS).then(() => session));
  }
  const byAgent = new Set(sessions.map(({ node }) => node));
  const others = cluster.nodes.map(({ name }) => name).filter((node) => !byAgent.has(node));
  const stamps = startWallStamps(runStartNs, context);
  for (const node of others) {
    if (runtimeEvents !== null) {
      const runtime = watchRuntime(node, runtimeEvents(node), context, runStartNs);
      starting.push(runtime);
      runtimes.push({ node, runtime });
    }
    if (onNode === null) continue;
    starting.push(
      observeRoutes(onNode, node, cluster.proxyMode, namespace, context),
      observeConntrack(onNode, { node, servicePorts, direct, program }, stamps, context),
      observePodNetwork(onNode, node, stamps, context),
    );
  }
  if (onNode !== null) noteMissing(missing, context);
  if (onNode === null && others.length > 0) starting.push(Promise.resolve(blind(others, missing, context)));
  const observers = await allStarted(starting).catch((error: unknown) => {
    stamps.stop();
    throw error;
  });
  return {
    askProxies: async () => {
      const asking = sessions.map((session) => session.askProxy());
      if (onNode !== null) {
        const anchor = readClockAnchor();
        asking.push(...others.map((node) => readProxySync(onNode, node, anchor, runStartNs, context)));
      }
      await Promise.all(asking);
    },
    readProcessFacts: async (pods) => {
      for (const { node, runtime } of runtimes) (await runtime).follow(uidsOf(podsOn(node, pods)));
      if (sharesKernel) await readProcessFacts(pods, context);
      else await Promise.all(sessions.map((session) => session.readProcessFacts(podsOn(session.node, pods))));
    },
    stop: async () => {
      try {
        await stopConcurrently(observers);
      } finally {
        stamps.stop();
      }
    },
  };
}

/** Nodes that share a kernel (as those of kind do) would all tell the same. */
function oneForEachKernel(sessions: readonly AgentSession[]): ReadonlySet<AgentSession> {
  const byKernel = new Map<string, AgentSession>();
  for (const session of sessions) {
    const { bootId } = session.kernel;
    if (!byKernel.has(bootId)) byKernel.set(bootId, session);
  }
  return new Set(byKernel.values());
}

function podsOn(node: string, pods: readonly KubeObject[]): readonly KubeObject[] {
  return pods.filter((pod) => (pod['spec'] as { nodeName?: string } | undefined)?.nodeName === node);
}

function uidsOf(pods: readonly KubeObject[]): readonly string[] {
  return pods.map(({ metadata }) => metadata.uid);
}

/** The agent is not there, but the node can be looked into from here as well. */
function noteMissing(missing: ReadonlyMap<string, string> | null, context: ObserveContext): void {
  for (const [node, reason] of missing ?? []) {
    const message = `${node} is observed from the harness: its node agent is missing (${reason})`;
    context.record({
      type: 'note',
      atNs: context.nowNs(),
      uncertaintyNs: 0,
      source: 'harness',
      message,
    });
  }
}

/** Nobody looks into these nodes; said at the end, when it is known how long that was. */
function blind(
  nodes: readonly string[],
  missing: ReadonlyMap<string, string> | null,
  context: ObserveContext,
): Observer {
  const fromNs = context.nowNs();
  const why = nodes.map((node) => {
    const reason = missing?.get(node);
    return reason === undefined ? node : `${node}: ${reason}`;
  });
  const agents =
    missing === null ? 'no node agent runs (cluster.nodeAgent)' : 'the node agent is missing there';
  return {
    stop: () => {
      const toNs = context.nowNs();
      context.record({
        type: 'observation-gap',
        atNs: toNs,
        uncertaintyNs: 0,
        source: 'dataplane',
        observer: 'what looks into the nodes',
        fromNs,
        toNs,
        reason: `${agents}: ${why.join(', ')}`,
      });
      return Promise.resolve();
    },
  };
}
