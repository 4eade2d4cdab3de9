/** One line of `conntrack -E -o timestamp`, or of our own `conntrack-events`. */
export interface ConntrackLine {
  /** When the connection began, or (not `byKernel`) the event was read from the kernel: ms since the epoch with fractions. */
  readonly wallMs: number;
  /** The kernel itself stamped it: such stamps are printed with nine decimals. */
  readonly byKernel: boolean;
  readonly change: 'new' | 'update' | 'destroy';
  /** TCP state, e.g. `SYN_SENT`; `null` where the line carries none. */
  readonly state: string | null;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serviceAddress: string;
  readonly servicePort: number;
  /** Where the connection was sent: the source of the expected reply. */
  readonly podIP: string;
  readonly podPort: number;
  /** The client as the Pod sees it: the destination of the expected reply, the node itself where it masquerades. */
  readonly seenAddress: string;
  readonly seenPort: number;
}

const LINE =
  /^\[(\d+)\.(\d{6}|\d{9})\]\s+\[(NEW|UPDATE|DESTROY)\]\s+tcp\s+6\s+(?:\d+\s+)?(?:([A-Z_0-9]+)\s+)?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) (?:\[UNREPLIED\] )?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/;

/** Reads one line; `null` when it is no TCP event. */
export function parseConntrack(line: string): ConntrackLine | null {
  const found = LINE.exec(line);
  if (found === null) return null;
  const [, seconds, fraction = '', change, state, client, service, clientPort, servicePort, ...reply] = found;
  const [pod, seen, podPort, seenPort] = reply;
  return {
    wallMs: Number(seconds) * 1000 + Number(`0.${fraction}`) * 1000,
    byKernel: fraction.length === 9,
    change: change === 'NEW' ? 'new' : change === 'UPDATE' ? 'update' : 'destroy',
    state: state ?? null,
    clientAddress: client ?? '',
    clientPort: Number(clientPort),
    serviceAddress: service ?? '',
    servicePort: Number(servicePort),
    podIP: pod ?? '',
    podPort: Number(podPort),
    seenAddress: seen ?? '',
    seenPort: Number(seenPort),
  };
}
