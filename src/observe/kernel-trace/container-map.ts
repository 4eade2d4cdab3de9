import { readFileSync } from 'node:fs';

import type { ContainerRef } from '../../model/history-event.ts';
import { findKubepods, listCgroupContainers, listCgroupPids } from './cgroup-containers.ts';
import { containerOfCgroup } from './container-of-cgroup.ts';
import { numbersAreOurs } from './numbers-are-ours.ts';

/** New kubelets come rarely: the whole of the hierarchies is searched every so many scans. */
const SEARCH_EVERY_SCANS = 10;
/** A process closes its sockets after the event of its exit: it stays known until the scan after the next. */
const KEEP_EXITED_SCANS = 2;

/**
 * Knows which container a process belongs to, also when it is gone by the time its last event is read. It is filled
 * from three sides: the kernel's event that a process entered a Pod's cgroup, a scan of all Pods' cgroups (which finds
 * children of those), and /proc/PID/cgroup at the moment of an event. A child that a container starts and that ends
 * between two scans stays unknown, unless something is sent to it while it lives.
 *
 * Where this program numbers processes otherwise than the kernel's events do (a pid namespace of its own), only the
 * first of the three sides is used: the others would take one process for another.
 */
export class ContainerMap {
  readonly #containers = new Map<number, ContainerRef | null>();
  readonly #exited = new Map<number, number>();
  readonly #ownNumbers: boolean;
  #kubepods: readonly string[] = [];
  #scans = 0;

  constructor(ownNumbers = numbersAreOurs()) {
    this.#ownNumbers = ownNumbers;
  }

  /** The container of a process or thread; `null` when it belongs to none, or is gone and was never seen. */
  of(pid: number): ContainerRef | null {
    const known = this.#containers.get(pid);
    if (known !== undefined) return known;
    const container = this.#ownNumbers ? readContainer(pid) : null;
    this.#containers.set(pid, container);
    return container;
  }

  /** A process entered a cgroup. */
  attached(pid: number, cgroupPath: string): void {
    const container = containerOfCgroup(cgroupPath);
    if (container !== null) this.#learn(pid, container);
  }

  /** A process ended; its number may be given to another one. */
  exited(pid: number): void {
    this.#exited.set(pid, this.#scans);
  }

  /** Reads the processes of all containers that are there now. */
  async scan(): Promise<void> {
    if (this.#ownNumbers && this.#scans % SEARCH_EVERY_SCANS === 0) this.#kubepods = await findKubepods();
    this.#scans++;
    for (const [pid, scan] of this.#exited) {
      if (this.#scans - scan <= KEEP_EXITED_SCANS) continue;
      this.#exited.delete(pid);
      this.#containers.delete(pid);
    }
    // That a process was in no container holds only until it is moved into one.
    for (const [pid, container] of this.#containers) if (container === null) this.#containers.delete(pid);
    for (const { container, folder } of await listCgroupContainers(this.#kubepods)) {
      for (const pid of await listCgroupPids(folder)) this.#learn(pid, container);
    }
  }

  #learn(pid: number, container: ContainerRef): void {
    this.#containers.set(pid, container);
    this.#exited.delete(pid);
  }
}

function readContainer(pid: number): ContainerRef | null {
  try {
    return containerOfCgroup(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  } catch {
    return null; // ENOENT or ESRCH: gone already
  }
}
