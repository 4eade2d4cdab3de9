import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import type { ContainerRef } from '../../model/history-event.ts';
import {
  findKubepods,
  folderOfCgroup,
  listCgroupContainers,
  listCgroupPids,
  type CgroupContainer,
} from './cgroup-containers.ts';
import { containerOfCgroup } from './container-of-cgroup.ts';
import { pidsAreHostPids } from './pids-are-host-pids.ts';

/** New kubelets come rarely: the whole of the hierarchies is searched every so many scans. */
const SEARCH_EVERY_SCANS = 10;
/** A process closes its sockets after the event of its exit: it stays known until the scan after the next. */
const KEEP_EXITED_SCANS = 2;

/**
 * Knows which container a process belongs to, also when it is gone by the time its last event is read, and its number in
 * there. It is filled from three sides: the kernel's event that a process entered a Pod's cgroup (whose other processes
 * are looked up at once), a scan of all Pods' cgroups (which finds children of those), and /proc/PID at the moment of an
 * event. A child that a container starts and that ends between two scans stays unknown, unless something is sent to it
 * while it lives.
 *
 * Where this program numbers processes otherwise than the kernel's events do (a pid namespace of its own), only the
 * first of the three sides is used: the others would take one process for another.
 */
export class ContainerMap {
  readonly #containers = new Map<number, ContainerRef | null>();
  readonly #innerPids = new Map<number, number>();
  readonly #exited = new Map<number, number>();
  /** Cgroups that a process has entered since the last look. */
  readonly #entered = new Map<string, CgroupContainer>();
  readonly #ownNumbers: boolean;
  #kubepods: readonly string[] = [];
  #scans = 0;

  constructor(ownNumbers = pidsAreHostPids()) {
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

  /** Its number in its innermost pid namespace; `null` when it is gone and was never seen. */
  innerPid(pid: number): number | null {
    const known = this.#innerPids.get(pid);
    if (known !== undefined) return known;
    const innerPid = this.#ownNumbers ? readInnerPid(pid) : null;
    // What is in no container would never be forgotten.
    if (innerPid !== null && this.#containers.get(pid) != null) this.#innerPids.set(pid, innerPid);
    return innerPid;
  }

  /** A process entered a cgroup. */
  attached(pid: number, cgroupPath: string): void {
    const container = containerOfCgroup(cgroupPath);
    if (container === null) return;
    this.#learn(pid, container);
    const folder = folderOfCgroup(this.#kubepods, cgroupPath);
    if (folder !== null) this.#entered.set(container.containerId, { container, folder });
  }

  /** A process ended; its number may be given to another one. */
  exited(pid: number): void {
    this.#exited.set(pid, this.#scans);
  }

  /**
   * Reads the processes of the containers that something entered just now: what enters is the runtime's own, the
   * process that stays is a child of it.
   */
  async look(): Promise<void> {
    const entered = [...this.#entered.values()];
    this.#entered.clear();
    for (const cgroup of entered) await this.#readProcesses(cgroup);
  }

  /** Reads the processes of all containers that are there now. */
  async scan(): Promise<void> {
    if (this.#ownNumbers && this.#scans % SEARCH_EVERY_SCANS === 0) this.#kubepods = await findKubepods();
    this.#scans++;
    for (const [pid, scan] of this.#exited) {
      if (this.#scans - scan <= KEEP_EXITED_SCANS) continue;
      this.#exited.delete(pid);
      this.#containers.delete(pid);
      this.#innerPids.delete(pid);
    }
    // That a process was in no container holds only until it is moved into one.
    for (const [pid, container] of this.#containers) if (container === null) this.#containers.delete(pid);
    for (const cgroup of await listCgroupContainers(this.#kubepods)) await this.#readProcesses(cgroup);
  }

  async #readProcesses({ container, folder }: CgroupContainer): Promise<void> {
    for (const pid of await listCgroupPids(folder)) {
      const isNew = this.#learn(pid, container);
      if (!isNew && this.#innerPids.has(pid)) continue;
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      const innerPid = innerPidIn(status);
      if (innerPid !== null) this.#innerPids.set(pid, innerPid);
    }
  }

  /** True when the number was another process', or nobody's. */
  #learn(pid: number, container: ContainerRef): boolean {
    const isNew = this.#containers.get(pid)?.containerId !== container.containerId || this.#exited.has(pid);
    if (isNew) this.#innerPids.delete(pid);
    this.#containers.set(pid, container);
    this.#exited.delete(pid);
    return isNew;
  }
}

function readContainer(pid: number): ContainerRef | null {
  try {
    return containerOfCgroup(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  } catch {
    return null; // ENOENT or ESRCH: gone already
  }
}

function readInnerPid(pid: number): number | null {
  try {
    return innerPidIn(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return null; // ENOENT or ESRCH
  }
}

function innerPidIn(status: string): number | null {
  const pids = /^NSpid:\t(.*)$/m.exec(status)?.[1];
  return pids === undefined ? null : Number(pids.split('\t').at(-1));
}
