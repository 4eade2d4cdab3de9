import type { HistoryEvent } from '../../model/history-event.ts';

/**
 * The first process of each container, by identity: what /proc said of it while it lived, the pid of the container's
 * task as the runtime tells it, or its number 1 in the container's own pid namespace. Hooks, probes and workers are
 * further processes; that a runtime signalled one of them does not make it the first.
 */
export class MainProcesses {
  /** Container id → pid on the harness host. */
  readonly #pids = new Map<string, number>();
  readonly #containers = new Map<number, string>();
  /** Containers that share a process namespace: the end of their first process ends no other. */
  readonly #shared = new Set<string>();

  constructor(events: readonly HistoryEvent[]) {
    for (const event of events) {
      if (event.type === 'process-facts') {
        const { containerId } = event.container;
        this.#add(containerId, event.pid);
        if (event.innerPid !== undefined && event.innerPid !== 1) this.#shared.add(containerId);
      } else if (
        event.type === 'runtime' &&
        !event.sandbox &&
        event.execId == null &&
        event.container !== null
      ) {
        if (event.pid != null) this.#add(event.container.containerId, event.pid);
      }
    }
  }

  /** `undefined`: nobody told. */
  pidOf(containerId: string): number | undefined {
    return this.#pids.get(containerId);
  }

  /** The container whose first process this is; `undefined`: it is none's, or nobody told. */
  containerOf(pid: number): string | undefined {
    return this.#containers.get(pid);
  }

  /** The container's other processes end with its first one, by the kernel's hand. */
  endsAll(containerId: string): boolean {
    return this.#pids.has(containerId) && !this.#shared.has(containerId);
  }

  #add(containerId: string, pid: number): void {
    if (this.#pids.has(containerId)) return;
    this.#pids.set(containerId, pid);
    this.#containers.set(pid, containerId);
  }
}
