import { readFile } from 'node:fs/promises';

import type { ContainerRef } from '../model/history-event.ts';
import {
  findKubepods,
  listCgroupContainers,
  listCgroupPids,
  type CgroupContainer,
} from './kernel-trace/cgroup-containers.ts';
import type { RuntimeLine } from './runtime-events-line.ts';
import { RuntimePids } from './runtime-pids.ts';

/**
 * Whose containers there are, which of them are sandboxes, and which processes the runtime started in them: its events
 * tell only ids, images, and pids of its own pid namespace.
 */
export class SeenContainers {
  readonly #cgroups = new Map<string, CgroupContainer>();
  readonly #sandboxes = new Set<string>();
  readonly #pids: RuntimePids;
  readonly #followed = new Set<string>();
  #kubepods: readonly string[] | null = null;

  constructor(nowNs: () => number) {
    this.#pids = new RuntimePids(nowNs);
  }

  /** Remembers every container that has a cgroup now; those found for the first time are asked for their processes. */
  async look(): Promise<void> {
    if (this.#kubepods === null || this.#kubepods.length === 0) this.#kubepods = await findKubepods();
    for (const cgroup of await listCgroupContainers(this.#kubepods)) {
      const { containerId } = cgroup.container;
      if (this.#cgroups.has(containerId)) continue;
      this.#cgroups.set(containerId, cgroup);
      if (await runsPause(cgroup.folder)) this.#sandboxes.add(containerId);
      await this.#pids.look(containerId, cgroup.folder);
    }
  }

  async note({ topic, containerId, image }: RuntimeLine): Promise<void> {
    if (image !== null && isPause(image)) this.#sandboxes.add(containerId);
    if (!BEGINNINGS.has(topic)) return;
    // Its cgroup is there from before its start until after its exit.
    const known = this.#cgroups.get(containerId);
    if (known === undefined) await this.look();
    else await this.#pids.look(containerId, known.folder);
    if (topic !== '/tasks/exec-started' || this.#followed.has(containerId)) this.#follow(containerId);
  }

  refOf(containerId: string): ContainerRef | null {
    return this.#cgroups.get(containerId)?.container ?? null;
  }

  isSandbox(containerId: string): boolean {
    return this.#sandboxes.has(containerId);
  }

  /** The process that an event is about: its pid on the host, and when it was last seen alive (if it is followed). */
  process({ containerId, pid }: RuntimeLine): {
    readonly pid: number | null;
    readonly aliveNs: number | null;
  } {
    if (pid === null) return { pid, aliveNs: null };
    const aliveNs = this.#followed.has(containerId) ? this.#pids.aliveNs(containerId, pid) : null;
    return { pid: this.#pids.hostPid(containerId, pid), aliveNs };
  }

  /** Follows the containers of these Pods that are there, sandboxes too. */
  follow(podUids: readonly string[]): void {
    for (const { container } of this.#cgroups.values()) {
      if (podUids.includes(container.podUid)) this.#follow(container.containerId);
    }
  }

  /** Sees which of the followed processes live. */
  sample(): void {
    this.#pids.sample();
  }

  #follow(containerId: string): void {
    this.#followed.add(containerId);
    this.#pids.follow(containerId);
  }
}

/** A process was begun; what is of short life may be gone at the second of them. */
const BEGINNINGS: ReadonlySet<string> = new Set(['/tasks/create', '/tasks/start', '/tasks/exec-started']);

/** Kubernetes' sandbox image is called `pause` wherever it is kept: `registry.k8s.io/pause:3.10`. */
function isPause(image: string): boolean {
  return /(?:^|\/)pause(?:[-:@][^/]*)?$/.test(image);
}

async function runsPause(folder: string): Promise<boolean> {
  for (const pid of await listCgroupPids(folder)) {
    const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (comm === 'pause\n') return true;
  }
  return false;
}
