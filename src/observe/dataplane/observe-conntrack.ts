import { NS_PER_MS } from '../../model/duration.ts';
import type { ObserveContext, Observer } from '../observer.ts';
import type { ArrivedLine } from '../split-lines.ts';
import type { OnNode } from './on-node.ts';
import { parseConntrack, type ConntrackLine } from './parse-conntrack.ts';
import { runOnNode } from './run-on-node.ts';
import { startMonitor, type Monitor } from './start-monitor.ts';
import type { WallStamps } from './wall-stamps.ts';

/** The kernel's own stamp is exact; it is of the wall clock, which NTP may slew by up to 0.5 ms a second. */
const KERNEL_STAMP_UNCERTAINTY_NS = 0.5 * NS_PER_MS;
/**
 * From the client's connect() to the stamp of the command that reads the event; measured 0.2 to 0.8 ms (median 0.3 ms)
 * over 60 connections on two busy cores. The stamp is made when the command comes to its turn, which on a machine short
 * of CPU was seen to take 110 ms: how long this process, which wants the same cores, was held up just then comes on top.
 */
const STAMP_UNCERTAINTY_NS = 1.5 * NS_PER_MS;
/** Where the wall clock was set, only the arrival in this process is known. */
const ARRIVAL_UNCERTAINTY_NS = 5 * NS_PER_MS;
/**
 * Some versions of conntrack(8) (1.4.7) set it on another socket than the one that hears events, and are left with the
 * default of some 166 events. Ends of connections come in bursts of thousands (a Pod's link goes down, and everything
 * masqueraded to it goes too): not listening to them is what keeps that from being an overrun.
 */
const BUFFER_BYTES = 32 * 1024 * 1024;
/** 0: connections are tracked, but the node's kernel announces none of them. */
const ANNOUNCING = '/proc/sys/net/netfilter/nf_conntrack_events';
/** With what every node has; of such a file some shells read one character, and call that an incomplete line. */
const READ_ANNOUNCING = `read -r it < ${ANNOUNCING}; [ -n "$it" ] && echo "$it"`;

/** Connections that clients make to Pods without a Service's address in between, as by a headless Service's name. */
export interface DirectConnections {
  /** Of the containers. */
  readonly port: number;
  /** Addresses of those clients: everybody else's are none of the trial's (probes, what another node has translated). */
  readonly clients: readonly string[];
}

/** What to look at, and with what. */
export interface WatchedConnections {
  readonly node: string;
  /** Of Services: NodePort, Service port. */
  readonly servicePorts: readonly number[];
  /** `null`: no client goes to Pods directly. */
  readonly direct: DirectConnections | null;
  /** Path of our `conntrack-events` on the node; `null`: conntrack(8) does, at a higher price for the load. */
  readonly program: string | null;
}

/**
 * Records to which Pod a node sent each TCP connection for one of `servicePorts` (NodePort, Service port), at its first
 * packet: `new`; and likewise the connections that pass through it directly. What became of it the request ledger and
 * the kernel's trace know better. Resolves when every later connection will be seen, and never rejects: what cannot be
 * seen is an `observation-gap`, also where the command listens to a kernel that does not announce anything.
 */
export async function observeConntrack(
  onNode: OnNode,
  watched: WatchedConnections,
  stamps: WallStamps,
  context: ObserveContext,
): Promise<Observer> {
  const { node, servicePorts, direct } = watched;
  const observer = `conntrack of ${node}`;
  const fromNs = context.nowNs();
  const ports = new Set(servicePorts);
  const isWanted = ({ servicePort, serviceAddress, podIP, clientAddress }: ConntrackLine) =>
    serviceAddress === podIP
      ? direct?.port === servicePort && direct.clients.includes(clientAddress)
      : ports.has(servicePort);
  const monitor = await startMonitor(
    onNode,
    {
      node,
      observer,
      source: 'conntrack',
      command: watched.program === null ? theirCommand(watched) : ourCommand(watched.program, watched),
      lossNotice: /ENOBUFS/,
      onLine: (line) => {
        const parsed = parseConntrack(line.text);
        if (parsed !== null && isWanted(parsed)) record(node, parsed, line, stamps, context);
      },
    },
    context,
  );
  const silent = await whySilent(onNode, node, monitor);
  return {
    stop: async () => {
      const reason = silent ?? (await whySilent(onNode, node, monitor));
      await monitor.stop();
      if (reason === null) return;
      const toNs = context.nowNs();
      const gap = { type: 'observation-gap', source: 'conntrack', uncertaintyNs: 0 } as const;
      context.record({ ...gap, atNs: toNs, observer, fromNs, toNs, reason });
    },
  };
}

/** `null` where connections are announced, or nobody listens, which is a gap already. */
async function whySilent(onNode: OnNode, node: string, monitor: Monitor): Promise<string | null> {
  if (!monitor.listens()) return null;
  try {
    const setting = await runOnNode(onNode, node, ['sh', '-c', READ_ANNOUNCING]);
    return setting.trim() === '0'
      ? `${node} does not announce the connections that it tracks: ${ANNOUNCING} is 0`
      : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function ourCommand(program: string, { servicePorts, direct }: WatchedConnections): string[] {
  const straight = direct?.clients.flatMap((client) => ['-p', `${direct.port},${client}`]) ?? [];
  return [program, ...servicePorts.flatMap((port) => ['-d', String(port)]), ...straight];
}

function theirCommand({ servicePorts, direct }: WatchedConnections): string[] {
  const [only, ...others] = servicePorts;
  const command = ['conntrack', '-E', '-e', 'NEW', '-p', 'tcp', '-o', 'timestamp'];
  const translated = direct !== null ? [] : ['--dst-nat'];
  // It takes one port: with several, they are told apart here.
  const port =
    direct !== null || only === undefined || others.length > 0 ? [] : ['--orig-port-dst', String(only)];
  return [...command, ...translated, ...port, '--buffer-size', String(BUFFER_BYTES)];
}

function record(
  node: string,
  parsed: ConntrackLine,
  line: ArrivedLine,
  stamps: WallStamps,
  context: ObserveContext,
): void {
  const stampedNs = stamps.toRunNs(parsed.wallMs, line.arrivedNs);
  context.record({
    type: 'conntrack',
    atNs: stampedNs ?? line.arrivedNs,
    uncertaintyNs: uncertaintyOf(stampedNs, parsed.byKernel, line.lateNs),
    source: 'conntrack',
    node,
    change: parsed.change,
    clientAddress: parsed.clientAddress,
    clientPort: parsed.clientPort,
    serviceAddress: parsed.serviceAddress,
    servicePort: parsed.servicePort,
    podIP: parsed.podIP,
    podPort: parsed.podPort,
    seenAddress: parsed.seenAddress,
    seenPort: parsed.seenPort,
    state: parsed.state,
  });
}

/** Only the kernel's own stamp does not depend on whose turn on the CPU it was. */
function uncertaintyOf(stampedNs: number | null, byKernel: boolean, lateNs: number): number {
  if (stampedNs === null) return ARRIVAL_UNCERTAINTY_NS + lateNs;
  return byKernel ? KERNEL_STAMP_UNCERTAINTY_NS : STAMP_UNCERTAINTY_NS + lateNs;
}
