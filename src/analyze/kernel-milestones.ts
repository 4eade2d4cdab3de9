import type { HistoryEvent, ProcessExitEvent, SignalEvent, SocketEvent } from '../model/history-event.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { TrialApp, Victim } from '../model/trial-record.ts';
import type { PodBook } from './pod-book.ts';
import type { SentConnections } from './sent-connections.ts';
import { signalName } from './signal-name.ts';
import type { TrialMoments } from './trial-moments.ts';

const SIGKILL = 9;

export interface KernelContext {
  readonly book: PodBook;
  readonly app: TrialApp | undefined;
  readonly moments: TrialMoments;
  readonly sent: SentConnections;
}

/**
 * What the kernel shows of the victims' end, for each container: the first stop signal and the first SIGKILL that the
 * runtime sent, the listener's end, the last fresh connection accepted (of a client: the kubelet's probes come until the
 * end), the main process's exit; and of new Pods when they began to listen.
 */
export function kernelMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  { book, app, moments, sent }: KernelContext,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const ends = new Ends(new Map(victims.map((victim) => [victim.uid, victim])), book, sent);
  for (const event of events) {
    if (event.atNs < disruptionNs) continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) break;
    if (event.type === 'signal-sent') ends.signal(event);
    else if (event.type === 'process-exit') ends.exit(event);
    else if (event.type === 'socket-state' && event.localPort === (app?.port ?? event.localPort)) {
      ends.socket(event);
    }
  }
  return ends.milestones();
}

class Ends {
  readonly #victims: ReadonlyMap<string, Victim>;
  readonly #book: PodBook;
  readonly #sent: SentConnections;
  /** First of its kind. */
  readonly #first = new Map<string, Milestone>();
  /** Last of its kind. */
  readonly #last = new Map<string, Milestone>();
  /** Containers whose process 1 was seen to go: no other of its processes counts. */
  readonly #mainGone = new Set<string>();
  readonly #mainPids = new Map<number, string>();

  constructor(victims: ReadonlyMap<string, Victim>, book: PodBook, sent: SentConnections) {
    this.#victims = victims;
    this.#book = book;
    this.#sent = sent;
  }

  signal(event: SignalEvent): void {
    const victim = this.#victimOf(event);
    const container = this.#nameOf(event);
    if (victim === undefined || container === undefined || event.container === null) return;
    const byRuntime = /^(runc|crun|containerd)/.test(event.senderComm);
    // When process 1 of a container ends, the kernel kills the others: that is a consequence, not a decision.
    if (!byRuntime) return;
    // A probe or hook that takes too long is killed too, and not its container.
    if (this.#isOtherThanMain(event.pid, event.container.containerId)) return;
    if (event.signal !== SIGKILL) this.#mainPids.set(event.pid, event.container.containerId);
    this.#keepFirst(event.signal === SIGKILL ? 'kill-sent' : 'signal-sent', victim, container, event);
  }

  exit(event: ProcessExitEvent): void {
    const containerId =
      event.container?.containerId ?? this.#book.mainPidContainer(event.pid) ?? this.#mainPids.get(event.pid);
    const victim = [...this.#victims.values()].find(({ uid }) =>
      event.container === null
        ? containerId !== undefined && this.#book.containerName(uid, containerId) !== undefined
        : uid === event.container.podUid,
    );
    if (victim === undefined || containerId === undefined) return;
    const container = this.#book.containerName(victim.uid, containerId);
    if (container === undefined) return;
    const isMain = this.#book.mainPidContainer(event.pid) !== undefined || this.#mainPids.has(event.pid);
    if (!isMain && this.#mainGone.has(containerId)) return;
    if (isMain) this.#mainGone.add(containerId);
    // Hooks and probes end too: without process 1 the last one to go stands for the container.
    this.#keepLast('process-exited', victim, container, event);
  }

  socket(event: SocketEvent): void {
    if (event.from === 'LISTEN' || event.to === 'LISTEN') this.#listener(event);
    else if (event.to === 'ESTABLISHED' && event.from === 'SYN_RECV') {
      if (this.#sent.isClients(event.localAddress, event.remotePort, event.atNs) === false) return;
      const victim = this.#victims.get(this.#book.byAddress(event.localAddress, event.atNs)?.uid ?? '');
      if (victim !== undefined) this.#keepLast('last-fresh-accepted', victim, null, event);
    }
  }

  milestones(): readonly Milestone[] {
    return [...this.#first.values(), ...this.#last.values()];
  }

  #listener(event: SocketEvent): void {
    const pod =
      event.container == null
        ? this.#book.byAddress(event.localAddress, event.atNs)
        : this.#book.byUid(event.container.podUid);
    if (pod === undefined) return;
    const container =
      event.container == null ? null : (pod.containers.get(event.container.containerId) ?? null);
    const victim = this.#victims.get(pod.uid);
    if (victim !== undefined && event.from === 'LISTEN') {
      this.#keepLast('listener-closed', victim, container, event);
    }
    if (victim === undefined && event.to === 'LISTEN' && this.#book.isNew(pod)) {
      this.#keepFirst('replacement-listening', pod, container, event);
    }
  }

  /** Process 1 of that container is known, and it is another one. */
  #isOtherThanMain(pid: number, containerId: string): boolean {
    const main = this.#book.mainPid(containerId);
    if (main !== undefined) return main !== pid;
    return this.#mainPids.get(pid) !== containerId && [...this.#mainPids.values()].includes(containerId);
  }

  #victimOf({ container }: SignalEvent): Victim | undefined {
    return container === null ? undefined : this.#victims.get(container.podUid);
  }

  #nameOf({ container }: SignalEvent): string | undefined {
    return container === null ? undefined : this.#book.containerName(container.podUid, container.containerId);
  }

  #keepFirst(name: MilestoneName, pod: Who, container: string | null, event: KernelEvent): void {
    const key = `${name} ${pod.uid} ${container ?? ''}`;
    if (!this.#first.has(key)) this.#first.set(key, milestone(name, pod, container, event));
  }

  #keepLast(name: MilestoneName, pod: Who, container: string | null, event: KernelEvent): void {
    this.#last.set(`${name} ${pod.uid} ${container ?? ''}`, milestone(name, pod, container, event));
  }
}

type KernelEvent = SignalEvent | ProcessExitEvent | SocketEvent;
type Who = Pick<Victim, 'name' | 'uid' | 'node'>;

function milestone(name: MilestoneName, pod: Who, container: string | null, event: KernelEvent): Milestone {
  return {
    name,
    pod: pod.name,
    podUid: pod.uid,
    node: pod.node,
    container,
    atNs: event.atNs,
    uncertaintyNs: event.uncertaintyNs,
    source: event.source,
    eventId: event.id,
    ...(event.type === 'signal-sent' ? { detail: signalName(event.signal) } : {}),
  };
}
