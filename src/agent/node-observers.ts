import { accessSync, constants } from 'node:fs';

import { readClockAnchor } from '../model/wall-clock.ts';
import { observeConntrack } from '../observe/dataplane/observe-conntrack.ts';
import { observePodNetwork } from '../observe/dataplane/observe-pod-network.ts';
import { observeRoutes } from '../observe/dataplane/observe-routes.ts';
import { readProxySync } from '../observe/dataplane/read-proxy-sync.ts';
import { startWallStamps } from '../observe/dataplane/wall-stamps.ts';
import { pidsAreHostPids } from '../observe/kernel-trace/pids-are-host-pids.ts';
import { startKernelTrace } from '../observe/kernel-trace/start-kernel-trace.ts';
import { sweepTraceInstances } from '../observe/kernel-trace/sweep-trace-instances.ts';
import type { ObserveContext, Observer } from '../observe/observer.ts';
import { allStarted, stopConcurrently } from '../observe/stop-observers.ts';
import { watchRuntime } from '../observe/runtime-events.ts';
import type { ObserveTask } from './agent-messages.ts';
import { ownShim } from './own-shim.ts';

/** The agent is in the node's network namespace already. */
const here = (_node: string, command: readonly string[]) => command as [string, ...string[]];

export interface NodeObservers extends Observer {
  /** Pods of the trial: it is worth knowing until when their processes live. */
  follow(podUids: readonly string[]): void;
}

/** Starts all observers that can look from inside a node; resolves when they do. What cannot be seen is a gap. */
export async function startNodeObservers(
  task: ObserveTask,
  originNs: bigint,
  context: ObserveContext,
): Promise<NodeObservers> {
  const { node, proxyMode, namespace, servicePorts, direct, kernelPorts } = task;
  const stamps = startWallStamps(originNs, context);
  // Without the right to read kube-proxy's configuration, or where it is kept elsewhere, kube-proxy itself is asked.
  const mode = proxyMode === 'unknown' ? await askProxyMode() : proxyMode;
  const runtime = watchRuntime(node, runtimeCommand(task.ctr), context, originNs);
  const starting: Promise<Observer>[] = [
    runtime,
    observeRoutes(here, node, mode, namespace, context),
    observeConntrack(here, { node, servicePorts, direct, program: null }, stamps, context),
    observePodNetwork(here, node, stamps, context),
  ];
  if (kernelPorts !== null) {
    // Whose they are can only be told where processes are numbered as their owners were.
    if (pidsAreHostPids()) await sweepTraceInstances();
    starting.push(startKernelTrace({ ports: kernelPorts }, context, originNs));
  }
  const observers = await allStarted(starting).catch((error: unknown) => {
    stamps.stop();
    throw error;
  });
  const containers = await runtime;
  return {
    follow: (podUids) => containers.follow(podUids),
    stop: async () => {
      try {
        await stopConcurrently(observers);
      } finally {
        stamps.stop();
      }
    },
  };
}

/** Asks this node's kube-proxy for its last sync. */
export async function readOwnProxySync(
  node: string,
  originNs: bigint,
  context: ObserveContext,
): Promise<void> {
  await readProxySync(here, node, readClockAnchor(), originNs, context, fetchText);
}

/** What kube-proxy says it does; `unknown` where none answers, as with a data plane of another kind. */
async function askProxyMode(): Promise<string> {
  return fetchText('http://127.0.0.1:10249/proxyMode').then(
    (text) => text.trim(),
    () => 'unknown',
  );
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/opt/bin'];

/**
 * `ctr` is the node's own, so that it fits the node's containerd; it runs among the node's mounts. Which containerd is
 * the kubelet's, its shim of this very container tells; where it does not, it is the one at the usual place.
 */
function runtimeCommand(ways: ObserveTask['ctr']): [string, ...string[]] {
  const shim = ownShim();
  // The first process of the node has the node's mounts.
  const pid = String(shim?.pid ?? 1);
  const known = ways.filter(([program = '']) => program.startsWith('/'));
  const beside = shim === null ? [] : [[`${shim.folder}/ctr`]];
  const isThere = (program: string) => isProgram(`/proc/${pid}/root${program}`);
  const way = [...known, ...beside, ...ways].find(([program = '']) =>
    program.startsWith('/') ? isThere(program) : FOLDERS.some((folder) => isThere(`${folder}/${program}`)),
  );
  const command = way ?? ways.at(-1) ?? ['ctr'];
  const address = shim === null || command.includes('--address') ? [] : ['--address', shim.address];
  const options = [...address, '--namespace', 'k8s.io'];
  return ['nsenter', '--target', pid, '--mount', '--', ...command, ...options, 'events'];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
