import { accessSync, constants } from 'node:fs';

import { readClockAnchor } from '../model/wall-clock.ts';
import { observeConntrack } from '../observe/dataplane/observe-conntrack.ts';
import { observePodNetwork } from '../observe/dataplane/observe-pod-network.ts';
import { observeRoutes } from '../observe/dataplane/observe-routes.ts';
import { readProxySync } from '../observe/dataplane/read-proxy-sync.ts';
import { startWallStamps } from '../observe/dataplane/wall-stamps.ts';
import { numbersAreOurs } from '../observe/kernel-trace/numbers-are-ours.ts';
import { startKernelTrace } from '../observe/kernel-trace/start-kernel-trace.ts';
import { sweepTraceInstances } from '../observe/kernel-trace/sweep-trace-instances.ts';
import type { ObserveContext, Observer } from '../observe/observer.ts';
import { watchRuntime } from '../observe/runtime-events.ts';
import type { ObserveTask } from './agent-messages.ts';

/** The agent is in the node's network namespace already. */
const here = (_node: string, command: readonly string[]) => command as [string, ...string[]];

/** Starts all observers that can look from inside a node; resolves when they do. What cannot be seen is a gap. */
export async function startNodeObservers(
  task: ObserveTask,
  originNs: bigint,
  context: ObserveContext,
): Promise<Observer> {
  const { node, proxyMode, namespace, servicePorts, direct, kernelPorts } = task;
  const stamps = startWallStamps(originNs, context);
  const starting: Promise<Observer>[] = [
    observeRoutes(here, node, proxyMode, namespace, context),
    observeConntrack(here, node, servicePorts, stamps, context, direct),
    observePodNetwork(here, node, stamps, context),
    watchRuntime(node, runtimeCommand(task.ctr), context, originNs),
  ];
  if (kernelPorts !== null) {
    // Whose they are can only be told where processes are numbered as their owners were.
    if (numbersAreOurs()) await sweepTraceInstances();
    starting.push(startKernelTrace({ ports: kernelPorts }, context, originNs));
  }
  const observers = await Promise.all(starting);
  return {
    stop: async () => {
      await Promise.all(observers.map((observer) => observer.stop()));
      stamps.stop();
    },
  };
}

/** Asks this node's kube-proxy for its last sync. */
export async function readOwnProxySync(
  node: string,
  originNs: bigint,
  context: ObserveContext,
): Promise<void> {
  await readProxySync(here, node, readClockAnchor(), originNs, context, async (url) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer.text();
  });
}

/** The first process of the node, whose mounts are the node's. */
const NODE_ROOT = '/proc/1/root';
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/opt/bin'];

/** `ctr` is the node's own, so that it fits the node's containerd; it runs among the node's mounts. */
function runtimeCommand(ways: readonly (readonly string[])[]): [string, ...string[]] {
  const way = ways.find(([program = '']) =>
    program.startsWith('/') ? isThere(program) : FOLDERS.some((folder) => isThere(`${folder}/${program}`)),
  );
  const command = way ?? ways.at(-1) ?? ['ctr'];
  return ['nsenter', '--target', '1', '--mount', '--', ...command, '--namespace', 'k8s.io', 'events'];
}

function isThere(program: string): boolean {
  try {
    accessSync(NODE_ROOT + program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
