import type { NewHistoryEvent } from '../model/history-event.ts';
import {
  findKubepods,
  listCgroupContainers,
  listCgroupPids,
  type CgroupContainer,
} from './kernel-trace/cgroup-containers.ts';
import { hookPrograms } from './hook-programs.ts';
import { listeningSockets } from './listening-sockets.ts';
import { missingPrograms } from './missing-programs.ts';
import type { ObserveContext } from './observer.ts';
import { readProcessStatus, type ProcessStatus } from './process-status.ts';
import type { KubeObject } from './watch-state.ts';

/**
 * Looks at the first process of every running container of these Pods (as the API gives them), on the host's /proc:
 * which program it is, which signals it is prepared for, whether what its preStop hook runs is there, and at what the
 * container listens. Only for a cluster whose nodes run on this host's kernel. A container that is not found is an `observation-gap` of the observer `process-facts`. Never rejects.
 */
export async function readProcessFacts(pods: readonly KubeObject[], context: ObserveContext): Promise<void> {
  const cgroups = await listCgroupContainers(await findKubepods());
  for (const pod of pods) {
    for (const container of runningContainers(pod)) {
      const fromNs = context.nowNs();
      const facts = await readContainer(pod, container, cgroups);
      const atNs = context.nowNs();
      // What was read changes while it is read.
      const between = { atNs: (fromNs + atNs) / 2, uncertaintyNs: (atNs - fromNs) / 2 };
      context.record(
        typeof facts === 'string'
          ? {
              type: 'observation-gap',
              atNs,
              uncertaintyNs: 0,
              source: 'kernel-trace',
              observer: 'process-facts',
              fromNs: atNs,
              toNs: atNs,
              reason: `container ${container.name} of Pod ${pod.metadata.name}: ${facts}`,
            }
          : { ...facts, ...between },
      );
    }
  }
}

interface RunningContainer {
  readonly name: string;
  readonly id: string;
}

function runningContainers(pod: KubeObject): RunningContainer[] {
  interface Status {
    name: string;
    containerID?: string;
    state?: { running?: unknown };
  }
  const status = pod['status'] as
    { containerStatuses?: Status[]; initContainerStatuses?: Status[] } | undefined;
  // Init containers that still run are sidecars.
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .filter(({ state }) => state?.running !== undefined)
    .map(({ name, containerID = '' }) => ({ name, id: containerID.replace(/^.*:\/\//, '') }));
}

type Facts = Omit<Extract<NewHistoryEvent, { type: 'process-facts' }>, 'atNs' | 'uncertaintyNs'>;

async function readContainer(
  pod: KubeObject,
  { name, id }: RunningContainer,
  cgroups: readonly CgroupContainer[],
): Promise<Facts | string> {
  const cgroup = cgroups.find(({ container }) => container.containerId === id);
  if (cgroup === undefined) return 'it has no cgroup on this host';
  const pids = await listCgroupPids(cgroup.folder);
  const processes = await Promise.all(pids.map(readProcessStatus));
  const first = firstProcess(processes.filter((process) => process !== null));
  if (first === null) return 'it has no process on this host';
  const missing = await missingPrograms(first.pid, hookPrograms(pod, name));
  const listeners = await listeningSockets(pids);
  return {
    type: 'process-facts',
    source: 'kernel-trace',
    // The kubelet names the cgroup of a Pod from a file by a hash, the API by its UID.
    container: { ...cgroup.container, podUid: pod.metadata.uid },
    pod: pod.metadata.name,
    containerName: name,
    pid: first.pid,
    comm: first.comm,
    commandLine: first.commandLine,
    handledSignals: first.handledSignals,
    innerPid: first.innerPid,
    blockedSignals: first.blockedSignals,
    waitsForSignals: first.waitsForSignals,
    ...(missing === null ? {} : { missingPrograms: missing.missing }),
    ...(missing === null || missing.missing.length === 0
      ? {}
      : { searchedPath: missing.path, programsElsewhere: missing.elsewhere }),
    ...(listeners === null ? {} : { listeners }),
  };
}

/**
 * The process that the container's end depends on: number 1 of its own pid namespace. In a Pod that shares its process
 * namespace no container has one; there it is the oldest of those that the runtime, not the container, started.
 */
export function firstProcess(processes: readonly ProcessStatus[]): ProcessStatus | null {
  const init = processes.find(({ innerPid }) => innerPid === 1);
  if (init !== undefined) return init;
  const inside = new Set(processes.map(({ pid }) => pid));
  return processes.find(({ parentPid }) => !inside.has(parentPid)) ?? null;
}
