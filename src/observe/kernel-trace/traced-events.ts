import type {
  ContainerRef,
  NewHistoryEvent,
  ResetEvent,
  RetransmitEvent,
  SignalEvent,
  SocketEvent,
} from '../../model/history-event.ts';
import type { LastReads } from './last-reads.ts';
import { parseSocketAddress, plainAddress } from './trace-address.ts';
import type { TraceLine } from './trace-line.ts';

/** What a trace looks for. */
export interface TraceScope {
  /** TCP ports of the app and its Service, on either side of a connection. */
  readonly ports: readonly number[];
  /** Of whomever; what a container runtime sends is looked for in any case. */
  readonly signals: readonly number[];
}

/** A line with its fields, on its way into the history. */
export interface TracedLine {
  readonly line: TraceLine;
  readonly fields: Readonly<Record<string, string>>;
  /** ns since run start. */
  readonly atNs: number;
  readonly scope: TraceScope;
  readonly reads: LastReads;
  /** The container of a process or thread that is, or was, on this host. */
  readonly containerOf: (pid: number) => ContainerRef | null;
  /** The process of a thread. */
  readonly processOf: (tid: number) => number;
  /** A process' number in its own pid namespace, where it is or was known. */
  readonly innerPidOf: (pid: number) => number | null;
}

export type Reading =
  | NewHistoryEvent
  /** Of a process in no container. */
  | 'outside'
  /** Nothing that tells anything. */
  | 'irrelevant';

export interface TracedEvent {
  /** Folder below `events/`. */
  readonly event: string;
  /** What a history loses without it. */
  readonly tells: string;
  /** Printed fields without which the line cannot be read. */
  readonly needs: readonly string[];
  /** What this kernel's form of it does not tell, though it can be read; `null`: it tells all. Absent: always all. */
  readonly lacks?: (printed: ReadonlySet<string>) => string | null;
  /** A kernel without it misses nothing that no other event tells: a note instead of a gap. */
  readonly optional?: true;
  /** The kernel drops everything else before it is even written; `null`: no filter; `false`: nothing to look for. */
  readonly filter: (scope: TraceScope, fields: ReadonlySet<string>) => string | null | false;
  readonly read: (traced: TracedLine) => Reading;
}

/** trace_pipe prints µs, rounded to the nearest. */
const STAMP = { uncertaintyNs: 1000, source: 'kernel-trace' } as const;

const signalGenerate: TracedEvent = {
  event: 'signal/signal_generate',
  tells: 'which signals were sent to containers',
  needs: ['sig', 'comm', 'pid'],
  filter: ({ signals }) => (signals.length === 0 ? false : `${anyOf('sig', signals)}||${SENT_BY_RUNTIME}`),
  read: (traced) => {
    const { line, fields, atNs, containerOf, processOf } = traced;
    const pid = processOf(Number(fields['pid']));
    const signal = Number(fields['sig']);
    const result = SIGNAL_RESULTS[Number(fields['res'] ?? 0)] ?? 'delivered';
    // The init of a pid namespace that ends kills everything in it, itself too, which has no effect.
    if (result === 'ignored' && pid === (line.tgid ?? processOf(line.tid))) return 'irrelevant';
    const container = containerOf(pid);
    if (container === null) return 'outside';
    return {
      type: 'signal-sent',
      atNs,
      ...STAMP,
      signal,
      pid,
      comm: fields['comm'] ?? '',
      senderComm: line.comm,
      container,
      result,
      ...innerPid(traced, pid),
      ...senderOf(traced),
      ...(fields['code'] === undefined ? {} : { siCode: Number(fields['code']) }),
    };
  },
};

type Sender = Pick<SignalEvent, 'senderPid' | 'senderContainer' | 'senderInnerPid'>;

function senderOf({ line, containerOf, processOf, innerPidOf }: TracedLine): Sender {
  if (line.inInterrupt) return {};
  const senderPid = line.tgid ?? processOf(line.tid);
  const senderContainer = containerOf(senderPid);
  if (senderContainer === null) return { senderPid };
  const senderInnerPid = innerPidOf(senderPid);
  return { senderPid, senderContainer, ...(senderInnerPid === null ? {} : { senderInnerPid }) };
}

function innerPid({ innerPidOf }: TracedLine, pid: number): { readonly innerPid?: number } {
  const inner = innerPidOf(pid);
  return inner === null ? {} : { innerPid: inner };
}

/**
 * Whatever a container runtime sends: the STOPSIGNAL of an image, or the `stopSignal` of a Pod, may be any signal. Go's
 * own preemption (SIGURG) and a child's end (SIGCHLD) stop nobody.
 */
const SENT_BY_RUNTIME = '((COMM~"runc*"||COMM~"crun*")&&sig!=17&&sig!=23)';

/** enum trace_signal_result of the kernel (include/trace/events/signal.h). */
const SIGNAL_RESULTS: readonly NonNullable<SignalEvent['result']>[] = [
  'delivered',
  'ignored',
  'already-pending',
  'lost',
  'information-lost',
];

const processExit: TracedEvent = {
  event: 'sched/sched_process_exit',
  tells: 'when processes of containers ended',
  needs: ['comm', 'pid'],
  filter: (_scope, fields) => (fields.has('group_dead') ? 'group_dead==1' : null),
  read: (traced) => {
    const { line, fields, atNs, containerOf, processOf } = traced;
    const tid = Number(fields['pid']);
    const pid = line.tgid ?? processOf(tid);
    const toldOfAll = fields['group_dead'] !== undefined;
    // Before `group_dead` there was (Linux 6.16) every thread's end was told alike: the main thread's stands for all.
    if (!toldOfAll && tid !== pid) return 'irrelevant';
    const container = containerOf(pid);
    if (container === null) return 'outside';
    return {
      type: 'process-exit',
      atNs,
      ...STAMP,
      pid,
      comm: fields['comm'] ?? '',
      container,
      ...innerPid(traced, pid),
      ...(toldOfAll ? { wholeProcess: true } : {}),
    };
  },
};

const oomKill: TracedEvent = {
  event: 'oom/mark_victim',
  tells: 'which processes were killed for want of memory',
  needs: ['pid'],
  optional: true,
  filter: () => null,
  read: (traced) => {
    const pid = traced.processOf(Number(traced.fields['pid']));
    const container = traced.containerOf(pid);
    if (container === null) return 'irrelevant';
    return { type: 'oom-kill', atNs: traced.atNs, ...STAMP, pid, container, ...innerPid(traced, pid) };
  },
};

const socketState: TracedEvent = {
  event: 'sock/inet_sock_set_state',
  tells: 'when listeners opened and closed and connections were accepted',
  needs: ['family', 'sport', 'dport', 'saddr', 'daddr', 'saddrv6', 'daddrv6', 'oldstate', 'newstate'],
  filter: ({ ports }) => (ports.length === 0 ? false : `protocol==6&&(${tellingStates(ports)})`),
  read: ({ line, fields, atNs, scope, reads, containerOf, processOf }) => {
    const sides = addressesOf(fields);
    const [from, to] = [stateOf(fields['oldstate']), stateOf(fields['newstate'])];
    const own = !line.inInterrupt && scope.ports.includes(sides.localPort);
    const pid = own ? (line.tgid ?? processOf(line.tid)) : null;
    const container = pid === null ? null : containerOf(pid);
    if (to === 'ESTABLISHED') reads.forget(sides);
    const lastReadNs = from === 'ESTABLISHED' ? reads.take(sides) : undefined;
    return {
      type: 'socket-state',
      atNs,
      ...STAMP,
      ...sides,
      from,
      to,
      container,
      ...(pid !== null && container !== null && { pid }),
      ...(lastReadNs !== undefined && { lastReadNs }),
    };
  },
};

/** Only the app's side of a connection: what its clients read tells nothing. */
const socketRead: TracedEvent = {
  event: 'tcp/tcp_rcv_space_adjust',
  tells: 'whether a process had read a request when its connection ended',
  optional: true,
  needs: ['sport', 'dport', 'saddr', 'daddr', 'saddrv6', 'daddrv6'],
  filter: ({ ports }) => (ports.length === 0 ? false : anyOf('sport', ports)),
  read: ({ fields, atNs, reads }) => {
    reads.note(addressesOf(fields), atNs);
    return 'irrelevant';
  },
};

/** States of TCP as the kernel numbers them (include/net/tcp_states.h). */
const [ESTABLISHED, SYN_SENT, CLOSE, CLOSE_WAIT, LISTEN] = [1, 2, 7, 8, 10];

/**
 * Of the eleven changes that a short connection makes on both sides, those that tell something. On the server's side:
 * a listener opens or closes, a connection is accepted, and who ended it (FIN_WAIT1: the app; CLOSE_WAIT: the client;
 * CLOSE: a reset). On the client's: a connection that never was, and one that the server ended.
 */
function tellingStates(ports: readonly number[]): string {
  const server = [
    `newstate==${LISTEN}`,
    `(oldstate==${LISTEN}&&newstate==${CLOSE})`,
    `newstate==${ESTABLISHED}`,
    `oldstate==${ESTABLISHED}`,
  ];
  const client = [
    `(oldstate==${SYN_SENT}&&newstate==${CLOSE})`,
    `(oldstate==${ESTABLISHED}&&(newstate==${CLOSE}||newstate==${CLOSE_WAIT}))`,
  ];
  return `((${anyOf('sport', ports)})&&(${server.join('||')}))||((${anyOf('dport', ports)})&&(${client.join('||')}))`;
}

const sendReset: TracedEvent = {
  event: 'tcp/tcp_send_reset',
  tells: 'who reset connections, and why',
  needs: [],
  // Linux 6.10 gave it a reason, and told of resets without a socket, too.
  lacks: (printed) =>
    printed.has('reason')
      ? null
      : 'why connections were reset, and resets where nobody listened (Linux 6.10)',
  // Newer kernels (6.10) keep address and port in one field that filters cannot look into: read() drops the rest.
  filter: ({ ports }, fields) => {
    if (ports.length === 0) return false;
    return fields.has('sport') ? `${anyOf('sport', ports)}||${anyOf('dport', ports)}` : null;
  },
  read: ({ fields, atNs, scope: { ports } }) => {
    const sides = fields['src'] === undefined ? addressesOf(fields) : sockaddrsOf(fields);
    if (!ports.includes(sides.localPort) && !ports.includes(sides.remotePort)) return 'irrelevant';
    return { type: 'reset-sent', atNs, ...STAMP, ...sides, reason: fields['reason'] ?? 'NOT_TOLD' };
  },
};

const receiveReset: TracedEvent = {
  event: 'tcp/tcp_receive_reset',
  tells: 'which connections ended by a RST that came in, other than by their change to CLOSE',
  needs: ['sport', 'dport', 'saddr', 'daddr', 'saddrv6', 'daddrv6'],
  optional: true,
  filter: ({ ports }) => (ports.length === 0 ? false : `${anyOf('sport', ports)}||${anyOf('dport', ports)}`),
  read: ({ fields, atNs }) => ({ type: 'reset-received', atNs, ...STAMP, ...addressesOf(fields) }),
};

/** ICMP: destination unreachable. */
const UNREACHABLE = 3;

const sendUnreachable: TracedEvent = {
  event: 'icmp/icmp_send',
  tells: 'which packets nodes rejected (Linux 6.10)',
  needs: ['type', 'code', '#1', '#3'],
  optional: true,
  // Only of UDP it tells a length.
  filter: ({ ports }) => (ports.length === 0 ? false : `type==${UNREACHABLE}&&ulen==0`),
  read: ({ fields, atNs }) => ({
    type: 'unreachable-sent',
    atNs,
    ...STAMP,
    // `From ADDRESS:PORT to ADDRESS:PORT`
    senderAddress: fields['#1'] ?? '',
    targetAddress: fields['#3'] ?? '',
    code: Number(fields['code']),
  }),
};

const retransmit: TracedEvent = {
  event: 'tcp/tcp_retransmit_skb',
  tells: 'which segments had to be sent again',
  needs: ['sport', 'dport', 'saddr', 'daddr', 'saddrv6', 'daddrv6', 'state'],
  filter: ({ ports }) => (ports.length === 0 ? false : `${anyOf('sport', ports)}||${anyOf('dport', ports)}`),
  read: ({ fields, atNs }) => {
    return { type: 'retransmit', atNs, ...STAMP, ...addressesOf(fields), state: stateOf(fields['state']) };
  },
};

/** The events of a history that the kernel can tell. */
export const TRACED_EVENTS: readonly TracedEvent[] = [
  signalGenerate,
  processExit,
  oomKill,
  socketState,
  socketRead,
  sendReset,
  receiveReset,
  sendUnreachable,
  retransmit,
];

type Sides = Pick<SocketEvent, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'> &
  Pick<ResetEvent, 'localAddress'> &
  Pick<RetransmitEvent, 'localAddress'>;

function addressesOf(fields: TracedLine['fields']): Sides {
  // Without a family (Linux < 5.8, tcp events only) the IPv6 form holds both, IPv4 as `::ffff:a.b.c.d`.
  const v4 = fields['family'] === 'AF_INET';
  return {
    localAddress: plainAddress((v4 ? fields['saddr'] : fields['saddrv6']) ?? ''),
    localPort: Number(fields['sport']),
    remoteAddress: plainAddress((v4 ? fields['daddr'] : fields['daddrv6']) ?? ''),
    remotePort: Number(fields['dport']),
  };
}

function sockaddrsOf(fields: TracedLine['fields']): Sides {
  const local = parseSocketAddress(fields['src'] ?? '');
  const remote = parseSocketAddress(fields['dest'] ?? '');
  return {
    localAddress: local.address,
    localPort: local.port,
    remoteAddress: remote.address,
    remotePort: remote.port,
  };
}

function stateOf(name = ''): string {
  return name.replace(/^TCP_/, '');
}

function anyOf(field: string, values: readonly number[]): string {
  return values.map((value) => `${field}==${value}`).join('||');
}
