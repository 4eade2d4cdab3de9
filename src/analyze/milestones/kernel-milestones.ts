import type { HistoryEvent, ProcessExitEvent, SignalEvent, SocketEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { TrialApp, Victim } from '../../model/trial-record.ts';
import type { MainProcesses } from '../objects/main-processes.ts';
import type { PodBook } from '../objects/pod-book.ts';
import type { SentConnections } from './sent-connections.ts';
import { signalName } from '../words/signal-name.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

const SIGKILL = 9;

/** Runtimes tell a container's first process to stop by a program of this name; `runc:[2:INIT]` is a process that begins. */
const RUNTIME = /^(runc|crun)$/;

export interface KernelContext {
  readonly book: PodBook;
  readonly main: MainProcesses;
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
  { book, main, app, moments, sent }: KernelContext,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const ends = new Ends(new Map(victims.map((victim) => [victim.uid, victim])), book, main, sent);
  for (const event of events) {
    ends.countListeners(event, app?.port);
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
  readonly #main: MainProcesses;
  readonly #sent: SentConnections;
  /** First of its kind. */
  readonly #first = new Map<string, Milestone>();
  /** Last of its kind. */
  readonly #last = new Map<string, Milestone>();
  /** Pods in which a listener closed, and none has opened since. */
  readonly #closed = new Map<string, string>();
  /** How many sockets listen on the app's port in each container; not of one whose first count nobody took. */
  readonly #listening = new Map<string, number>();

  constructor(
    victims: ReadonlyMap<string, Victim>,
    book: PodBook,
    main: MainProcesses,
    sent: SentConnections,
  ) {
    this.#victims = victims;
    this.#book = book;
    this.#main = main;
    this.#sent = sent;
  }

  /** Workers may share a port, each with a listener of its own: it listens until the last of them has closed. */
  countListeners(event: HistoryEvent, port: number | undefined): void {
    if (event.type === 'process-facts' && event.listeners !== undefined) {
      const own = event.listeners.filter((each) => each.port === (port ?? each.port));
      const sockets = own.reduce((sum, each) => sum + each.sockets, 0);
      this.#listening.set(event.container.containerId, sockets);
    }
    if (event.type !== 'socket-state' || event.container == null) return;
    if (event.localPort !== (port ?? event.localPort)) return;
    const { containerId } = event.container;
    const known = this.#listening.get(containerId);
    if (known === undefined) return;
    if (event.to === 'LISTEN') this.#listening.set(containerId, known + 1);
    if (event.from === 'LISTEN') this.#listening.set(containerId, Math.max(0, known - 1));
  }

  signal(event: SignalEvent): void {
    const victim = this.#victimOf(event);
    const container = this.#nameOf(event);
    if (victim === undefined || container === undefined || event.container === null) return;
    // When process 1 of a container ends, the kernel kills the others: that is a consequence, not a decision.
    if (!RUNTIME.test(event.senderComm)) return;
    // A probe or hook that takes too long is killed too, and not its container.
    const main = this.#main.pidOf(event.container.containerId);
    if (main !== undefined && main !== event.pid) return;
    this.#keepFirst(event.signal === SIGKILL ? 'kill-sent' : 'signal-sent', victim, container, event);
  }

  /** Of the first process alone, known as such: hooks, probes and workers end too. */
  exit(event: ProcessExitEvent): void {
    const containerId = this.#main.containerOf(event.pid);
    if (containerId === undefined) return;
    if (event.container !== null && event.container.containerId !== containerId) return;
    for (const victim of this.#victims.values()) {
      const container = this.#book.containerName(victim.uid, containerId);
      if (container !== undefined) this.#keepLast('process-exited', victim, container, event);
    }
  }

  socket(event: SocketEvent): void {
    if (event.from === 'LISTEN' || event.to === 'LISTEN') this.#listener(event);
    else if (event.to === 'ESTABLISHED' && event.from === 'SYN_RECV') {
      const victim = this.#victims.get(this.#book.byAddress(event.localAddress, event.atNs)?.uid ?? '');
      if (victim === undefined) return;
      // Somebody is still let in, if only a probe: another listener has the port (SO_REUSEPORT).
      const closed = this.#closed.get(victim.uid);
      if (closed !== undefined) this.#last.delete(closed);
      if (this.#sent.isClients(event.localAddress, event.remotePort, event.atNs) !== false)
        this.#keepLast('last-fresh-accepted', victim, null, event);
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
    if (victim !== undefined && event.to === 'LISTEN') this.#closed.delete(victim.uid);
    const others = this.#listening.get(event.container?.containerId ?? '') ?? 0;
    if (victim !== undefined && event.from === 'LISTEN' && others === 0) {
      this.#closed.set(victim.uid, this.#keepLast('listener-closed', victim, container, event));
    }
    if (victim === undefined && event.to === 'LISTEN' && this.#book.isNew(pod)) {
      this.#keepFirst('replacement-listening', pod, container, event);
    }
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

  /** Returns under which key. */
  #keepLast(name: MilestoneName, pod: Who, container: string | null, event: KernelEvent): string {
    const key = `${name} ${pod.uid} ${container ?? ''}`;
    this.#last.set(key, milestone(name, pod, container, event));
    return key;
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
