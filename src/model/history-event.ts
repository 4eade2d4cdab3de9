/** Where an observation comes from. Decides which source wins when several saw the same thing. */
export type EventSource =
  | 'harness'
  | 'api-watch'
  | 'api-audit'
  | 'app-log'
  | 'kernel-trace'
  | 'dataplane'
  | 'conntrack'
  | 'runtime'
  | 'kubelet'
  | 'etcd'
  | 'load';

interface EventBase {
  /** Unique within the trial, from 1, in the order in which the events were written down. */
  readonly id: number;
  /** Nanoseconds since run start on the harness host's CLOCK_MONOTONIC. */
  readonly atNs: number;
  /** The true time lies within `atNs` ± this. */
  readonly uncertaintyNs: number;
  readonly source: EventSource;
}

/** A phase of the trial's life begins. */
export interface PhaseEvent extends EventBase {
  readonly type: 'phase';
  readonly phase: TrialPhase;
}

export const TRIAL_PHASES = [
  'deploy',
  'settle',
  'baseline',
  'disrupt',
  'recover',
  'tail',
  'stop-load',
  'collect',
  'clean-up',
  'done',
] as const;
export type TrialPhase = (typeof TRIAL_PHASES)[number];

/**
 * The harness asked for something (a DELETE, an eviction …) and was answered. `unanswered`: no answer came, or none that
 * tells whether it took effect; where an `accepted` follows, a reading showed that it did.
 */
export interface ActionEvent extends EventBase {
  readonly type: 'action';
  /** The disruption's name, e.g. `delete`. */
  readonly action: string;
  readonly stage: 'requested' | 'accepted' | 'refused' | 'unanswered';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Of a Pod, where it is done to one of its containers only. */
  readonly container?: string;
  /** HTTP status of the answer and its message, where there was one. */
  readonly httpStatus?: number;
  readonly message?: string;
}

/** An API object as a watch delivered it, stamped at receipt. */
export interface ObjectEvent extends EventBase {
  readonly type: 'object';
  readonly change: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: 'Pod' | 'EndpointSlice' | 'PersistentVolumeClaim' | 'Event' | 'Node';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The object, without managedFields. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** One JSON line that the app wrote about its own life. */
export interface AppStampEvent extends EventBase {
  readonly type: 'app-stamp';
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  readonly stamp: AppStamp;
  /** Further fields of the line, as the app wrote them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export const APP_STAMPS = [
  'started',
  'listening',
  'ready',
  'signal',
  'prestop',
  'readiness-flipped',
  'listener-closed',
  'drained',
  'exiting',
] as const;
export type AppStamp = (typeof APP_STAMPS)[number];

/** One entry of the API server's audit log. `atNs` is `stageTimestamp`, mapped from the wall clock. */
export interface AuditEvent extends EventBase {
  readonly type: 'audit';
  readonly auditId: string;
  readonly stage: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly user: string;
  readonly code: number | null;
  readonly requestReceivedNs: number;
  readonly requestObject: unknown;
  readonly responseObject: unknown;
}

/** Which container a process on the host belongs to, read from its cgroup; `null` where it belongs to none. */
export interface ContainerRef {
  readonly podUid: string;
  readonly containerId: string;
}

/** The kernel generated a signal for a process of a container (tracepoint signal:signal_generate). */
export interface SignalEvent extends EventBase {
  readonly type: 'signal-sent';
  /** Signal number, e.g. 15. */
  readonly signal: number;
  /** Pid on the harness host. */
  readonly pid: number;
  readonly comm: string;
  /** Who sent it: `runc`, or the kernel itself when the namespace's init died. */
  readonly senderComm: string;
  readonly container: ContainerRef | null;
  /** Its number in its own pid namespace. This and the following: where it was known, and not in old records. */
  readonly innerPid?: number;
  /**
   * Pid on the harness host of the process in which the kernel ran as it was generated: the sender, or the one whose
   * end (of a pid namespace's init) or lack of memory made the kernel send it. Absent in an interrupt: nobody's.
   */
  readonly senderPid?: number;
  /** Of the sender; absent where it is in none, or was gone before anyone saw it. */
  readonly senderContainer?: ContainerRef;
  readonly senderInnerPid?: number;
  /**
   * Why, as the kernel tells the receiver (`si_code`): 0 kill(2), -6 tkill(2), 128 the kernel itself (a pid namespace
   * that ends, lack of memory); other positive numbers: a fault of the process, as its signal has it.
   */
  readonly siCode?: number;
  /**
   * What became of it. `ignored`: the process neither handles it nor can die of it, such as the first process of a
   * container that has no handler for SIGTERM.
   */
  readonly result?: 'delivered' | 'ignored' | 'already-pending' | 'lost' | 'information-lost';
}

/**
 * A process of a container ended (tracepoint sched:sched_process_exit): not always the container's first one, whose pid
 * its process facts and the runtime's events have. The exit code is the runtime's to tell.
 */
export interface ProcessExitEvent extends EventBase {
  readonly type: 'process-exit';
  readonly pid: number;
  readonly comm: string;
  readonly container: ContainerRef | null;
  /** Its number in its own pid namespace; absent where it was not known, and in old records. */
  readonly innerPid?: number;
  /** Its last thread ended. Absent (before Linux 6.16, and in old records): its main thread did, others may go on. */
  readonly wholeProcess?: true;
}

/** The kernel chose a process of a container to be killed for want of memory (tracepoint oom:mark_victim). */
export interface OomKillEvent extends EventBase {
  readonly type: 'oom-kill';
  readonly pid: number;
  readonly container: ContainerRef | null;
  readonly innerPid?: number;
}

/** A TCP socket changed its state (tracepoint sock:inet_sock_set_state), on a port of the app or its Service. */
export interface SocketEvent extends EventBase {
  readonly type: 'socket-state';
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Names as the kernel prints them without the prefix: `LISTEN`, `ESTABLISHED`, `CLOSE`, `CLOSE_WAIT` … */
  readonly from: string;
  readonly to: string;
  /**
   * Whose process caused it, where the kernel ran in one. A listener's own address is `0.0.0.0` or `::` in every Pod:
   * only this tells whose listener opened or closed. Packets are handled in no process, so accepts have none.
   */
  readonly container?: ContainerRef | null;
  /** The process of that container which caused it, pid on the harness host; not in old records. */
  readonly pid?: number;
  /**
   * When the connection left ESTABLISHED: the last time before that a process had taken data from it, ns since run
   * start. Absent: none was seen to, or the kernel was not asked.
   */
  readonly lastReadNs?: number;
}

/**
 * The kernel sent a RST (tracepoint tcp:tcp_send_reset). One that a process caused by closing is told when it is sent
 * already: on the same host its `reset-received` can come some µs before.
 */
export interface ResetEvent extends EventBase {
  readonly type: 'reset-sent';
  /** The sender's side, as the kernel prints it: address and port of the Pod or node. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** e.g. `NO_SOCKET`: nobody listened; `TCP_ABORT_ON_CLOSE`: closed with unread data. */
  readonly reason: string;
}

/**
 * The kernel took a RST that came for a live socket (tracepoint tcp:tcp_receive_reset), whoever sent it: the peer, or
 * something between the two. It ends the connection on this side. RSTs that the kernel takes for a connection not yet
 * accepted, one in TIME_WAIT, or none at all, are not told, nor those with a sequence number that it does not accept.
 */
export interface ResetReceivedEvent extends EventBase {
  readonly type: 'reset-received';
  /** The side that got it: address and port of the socket, in the Pod or in the client. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/**
 * The kernel answered a packet (not one of UDP) with ICMP "destination unreachable" (tracepoint icmp:icmp_send). What a
 * node rejects because a Service has no endpoint it answers so, and with no RST; a connection that a RST refused was
 * refused by a Pod, or by an address of the node's own.
 */
export interface UnreachableEvent extends EventBase {
  readonly type: 'unreachable-sent';
  /** Who sent the packet and is answered: a client. Ports are not told. */
  readonly senderAddress: string;
  /** Where the packet was going, not translated yet: of a node, of a Service, of a Pod. */
  readonly targetAddress: string;
  /** 3: a rule rejected it. 1: no route to that host, or it does not answer there. 0, 9, 10, 13: others (RFC 1812). */
  readonly code: number;
}

/** A segment was sent again (tracepoint tcp:tcp_retransmit_skb). In state SYN_SENT it is a SYN without an answer. */
export interface RetransmitEvent extends EventBase {
  readonly type: 'retransmit';
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly state: string;
}

/** kube-proxy on one node began or stopped sending a Service's traffic to a Pod address. */
export interface RouteEvent extends EventBase {
  readonly type: 'endpoint-routed';
  readonly node: string;
  /** `listed`: so it was when the observer began to look. */
  readonly change: 'listed' | 'added' | 'removed';
  /** The Service port as kube-proxy names it in its chains, e.g. `drainbench-x/t001-none/tcp/`. */
  readonly service: string;
  /** The traffic policy whose endpoints changed: `local` (this node's) only where a Service uses it. */
  readonly policy: 'cluster' | 'local';
  readonly podIP: string;
  readonly podPort: number;
}

/** Connection tracking on one node: which Pod a client's connection was sent to. */
export interface ConntrackEvent extends EventBase {
  readonly type: 'conntrack';
  readonly node: string;
  readonly change: 'new' | 'update' | 'destroy';
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serviceAddress: string;
  readonly servicePort: number;
  readonly podIP: string;
  readonly podPort: number;
  /**
   * The client as the Pod sees it (destination of the reply direction): where kube-proxy masquerades, the node's
   * address and another port. Joins the connection with the kernel's events inside the Pod.
   */
  readonly seenAddress?: string;
  readonly seenPort?: number;
  /** Protocol state where the event carries one, e.g. `SYN_SENT`, `ESTABLISHED`, `CLOSE`. */
  readonly state: string | null;
}

/** A Pod's address stopped (or began) to be reachable on its node: route or link appeared or went. */
export interface PodNetworkEvent extends EventBase {
  readonly type: 'pod-network';
  readonly node: string;
  readonly change: 'up' | 'released';
  readonly podIP: string;
}

/** What kube-proxy on one node says about its own syncs, read from its metrics (IPv4). `atNs` is when it was asked. */
export interface ProxySyncEvent extends EventBase {
  readonly type: 'proxy-sync';
  readonly node: string;
  /** When the last sync ended, and when the last change was queued: ns since run start, to some microseconds. */
  readonly lastSyncNs: number;
  readonly lastQueuedNs: number;
  /** Syncs since kube-proxy started, and the seconds they took together. */
  readonly syncs: number;
  readonly syncSeconds: number;
  /** Full syncs among them; `null` where this version does not tell. */
  readonly fullSyncs: number | null;
}

/**
 * What the container runtime of a node says: containerd task and sandbox events. An exit lies between when the process
 * was last seen alive and when the runtime reaped it: `atNs` is the middle.
 */
export interface RuntimeEvent extends EventBase {
  readonly type: 'runtime';
  readonly node: string;
  /** containerd topic, e.g. `/tasks/exit`. */
  readonly topic: string;
  readonly container: ContainerRef | null;
  /** Also where nobody saw its cgroup, as of a container that ran for some milliseconds only. */
  readonly containerId?: string;
  /** True for the sandbox (pause) container of the Pod. */
  readonly sandbox: boolean;
  readonly exitStatus: number | null;
  /** Set when this is about a further process in the container (exec probe, exec preStop), not about its first one. */
  readonly execId?: string | null;
  /**
   * Pid on the harness host of the process that it is about: without an `execId` the container's first one. `null`
   * where it is about none, or was gone before anyone saw it; absent in old records.
   */
  readonly pid?: number | null;
}

/** What a kubelet says in its log about a Pod's life; the wording of its version is translated by the observer. */
export const KUBELET_STEPS = [
  'termination-started',
  'prestop-started',
  'prestop-ended',
  'prestop-failed',
  'prestop-overran',
  'stop-requested',
  'container-stopped',
  'containers-stopped',
  'volume-unmounted',
  'volumes-cleaned',
  'cgroups-removed',
  'probe-passed',
  'probe-failed',
  'poststart-failed',
] as const;
export type KubeletStep = (typeof KUBELET_STEPS)[number];

/** One line of a kubelet's log about a Pod. `atNs` is when it was written: after what it says has ended or happened. */
export interface KubeletEvent extends EventBase {
  readonly type: 'kubelet';
  readonly node: string;
  readonly step: KubeletStep;
  readonly podUid: string;
  /** Name of the container that it is about; `null` where it is about the whole Pod. */
  readonly container: string | null;
  /** Probes: `Readiness`, `Liveness`, `Startup`. Volumes: the volume's name in the Pod, of claims the volume's own. */
  readonly subject: string | null;
  /** Seconds that a container is given to end (`stop-requested`, `prestop-overran`). */
  readonly graceSeconds?: number;
}

/** The record of an object is gone from etcd (a delete as its watch delivered it). */
export interface RecordGoneEvent extends EventBase {
  readonly type: 'record-gone';
  /** Resource as its key in etcd names it: `pods`, `persistentvolumeclaims`, `persistentvolumes`. */
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  /** etcd's revision of the delete: the resourceVersion that the watch of the API delivers it with. */
  readonly revision: string;
}

/** What the API server answers for a container's log. */
export interface ContainerLogEvent extends EventBase {
  readonly type: 'container-log';
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  /** `ended`: all of it was read, the container has ended. `refused`: asked for again after the Pod was gone. */
  readonly stage: 'ended' | 'refused';
  /** HTTP status of the answer, where it was refused. */
  readonly httpStatus?: number;
}

/** What can be known about a container's main process before any traffic (from /proc). */
export interface ProcessFactsEvent extends EventBase {
  readonly type: 'process-facts';
  readonly container: ContainerRef;
  readonly pod: string;
  readonly containerName: string;
  /** Pid on the harness host of the container's process 1. */
  readonly pid: number;
  readonly comm: string;
  readonly commandLine: readonly string[];
  /** Numbers of the signals that process 1 has a handler for (SigCgt). */
  readonly handledSignals: readonly number[];
  /** Its number in its own pid namespace: not 1 where the Pod shares one. This and the following: not in old records. */
  readonly innerPid?: number;
  /** Numbers of the signals that it holds back (SigBlk), to take them by signalfd or when it is ready for them. */
  readonly blockedSignals?: readonly number[];
  /** It was in sigtimedwait(): it answers signals without a handler. */
  readonly waitsForSignals?: boolean;
  /** Programs that the container's exec preStop hook runs and that cannot be found in it; absent: could not be looked. */
  readonly missingPrograms?: readonly string[];
  /** Where some are missing: the PATH on which they were looked for. This and the following: not in old records. */
  readonly searchedPath?: string;
  /** Missing program → a file of that name that the container has, which only is not found. */
  readonly programsElsewhere?: Readonly<Record<string, string>>;
  /**
   * What the container's processes listened at, all of them together: where `socket-state` events begin to count.
   * Absent: could not be looked at.
   */
  readonly listeners?: readonly Listeners[];
}

/** TCP sockets that listen at one address and port: several where workers share it (SO_REUSEPORT). */
export interface Listeners {
  /** `0.0.0.0`, `::`, or one of the Pod's own. */
  readonly address: string;
  readonly port: number;
  readonly sockets: number;
}

/** An observer could not see for a while. A verdict that needed the missing data becomes `void`. */
export interface GapEvent extends EventBase {
  readonly type: 'observation-gap';
  readonly observer: string;
  readonly fromNs: number;
  readonly toNs: number;
  readonly reason: string;
}

/** A question to the clock of another node, and its answer; `atNs` ± `uncertaintyNs` is when that clock showed `remoteNs`. */
export interface ClockSampleEvent extends EventBase {
  readonly type: 'clock-sample';
  readonly node: string;
  /** Who was asked: the node agent, or a load by its name. */
  readonly program: string;
  /** The other clock's time, since its program began. */
  readonly remoteNs: number;
  /** It is the harness' own clock (same kernel, same time namespace): nothing had to be mapped. */
  readonly shared: boolean;
}

/** A line of the conductor's own: something a reader of the history should know. */
export interface NoteEvent extends EventBase {
  readonly type: 'note';
  readonly message: string;
}

export type HistoryEvent =
  | PhaseEvent
  | ActionEvent
  | ObjectEvent
  | AppStampEvent
  | AuditEvent
  | SignalEvent
  | ProcessExitEvent
  | OomKillEvent
  | SocketEvent
  | ResetEvent
  | ResetReceivedEvent
  | UnreachableEvent
  | RetransmitEvent
  | RouteEvent
  | ConntrackEvent
  | PodNetworkEvent
  | ProxySyncEvent
  | RuntimeEvent
  | KubeletEvent
  | RecordGoneEvent
  | ContainerLogEvent
  | ProcessFactsEvent
  | GapEvent
  | ClockSampleEvent
  | NoteEvent;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What an observer hands to the history, which gives it its id. */
export type NewHistoryEvent = DistributiveOmit<HistoryEvent, 'id'>;
