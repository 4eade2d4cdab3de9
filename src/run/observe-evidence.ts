import type { Cluster } from '../cluster/cluster.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import { observeConntrack } from '../observe/dataplane/observe-conntrack.ts';
import { observePodNetwork } from '../observe/dataplane/observe-pod-network.ts';
import { observeRoutes } from '../observe/dataplane/observe-routes.ts';
import { readProxySync } from '../observe/dataplane/read-proxy-sync.ts';
import { startWallStamps } from '../observe/dataplane/wall-stamps.ts';
import { startKernelTrace } from '../observe/kernel-trace/start-kernel-trace.ts';
import type { ObserveContext, Observer } from '../observe/observer.ts';
import { watchRuntime } from '../observe/runtime-events.ts';

/** The TCP ports at which a trial's traffic can be seen. */
export interface TrafficPorts {
  /** Of the containers. */
  readonly app: number;
  /** The Service's NodePort, on every node. */
  readonly node: number;
}

/**
 * Starts what proves the cause of a failure: the kernel's trace, and on each node kube-proxy's rules, connection
 * tracking, Pod networks and the container runtime; as far as the cluster offers them. Resolves when all of them look.
 * None of them can fail the trial: what cannot be seen is an `observation-gap`.
 */
export async function observeEvidence(
  cluster: Cluster,
  namespace: string,
  ports: TrafficPorts,
  runStartNs: bigint,
  context: ObserveContext,
): Promise<Observer> {
  const { sharesKernel, onNode, runtimeEvents } = cluster.sources;
  const stamps = startWallStamps(runStartNs, context);
  const starting: Promise<Observer>[] = [];
  if (sharesKernel) starting.push(startKernelTrace({ ports: [ports.app, ports.node] }, context, runStartNs));
  for (const { name } of cluster.nodes) {
    if (runtimeEvents !== null) starting.push(watchRuntime(name, runtimeEvents(name), context, runStartNs));
    if (onNode === null) continue;
    starting.push(
      observeRoutes(onNode, name, cluster.proxyMode, namespace, context),
      observeConntrack(onNode, name, [ports.node], stamps, context),
      observePodNetwork(onNode, name, stamps, context),
    );
  }
  const observers = await Promise.all(starting);
  return {
    stop: async () => {
      await Promise.all(observers.map((observer) => observer.stop()));
      stamps.stop();
    },
  };
}

/** Asks every node's kube-proxy when it last wrote its rules. */
export async function askProxies(
  cluster: Cluster,
  runStartNs: bigint,
  context: ObserveContext,
): Promise<void> {
  const { onNode } = cluster.sources;
  if (onNode === null) return;
  const anchor = readClockAnchor();
  await Promise.all(
    cluster.nodes.map(({ name }) => readProxySync(onNode, name, anchor, runStartNs, context)),
  );
}
