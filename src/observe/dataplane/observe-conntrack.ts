import { NS_PER_MS } from '../../model/duration.ts';
import type { ObserveContext } from '../observer.ts';
import type { ArrivedLine } from '../split-lines.ts';
import type { OnNode } from './on-node.ts';
import { parseConntrack, type ConntrackLine } from './parse-conntrack.ts';
import { startMonitor, type Monitor } from './start-monitor.ts';
import type { WallStamps } from './wall-stamps.ts';

/** From the packet to the conntrack command's own stamp: it must be woken up and scheduled. */
const STAMP_UNCERTAINTY_NS = NS_PER_MS;
/** Where the wall clock was set, only the arrival in this process is known. */
const ARRIVAL_UNCERTAINTY_NS = 5 * NS_PER_MS;
/** Room for some 50,000 events that wait to be read; the kernel's default holds some hundreds. */
const BUFFER_BYTES = 32 * 1024 * 1024;

/**
 * Records to which Pod a node sent each TCP connection for one of `servicePorts` (NodePort, Service port), translated
 * addresses only. Of a connection's life it keeps what the join with failed requests needs: its beginning (`new`), a
 * RST (`update` to CLOSE), and an end without any answer (`destroy`). Resolves when every later connection will be
 * seen, and never rejects: what cannot be seen is an `observation-gap`.
 */
export function observeConntrack(
  onNode: OnNode,
  node: string,
  servicePorts: readonly number[],
  stamps: WallStamps,
  context: ObserveContext,
): Promise<Monitor> {
  const ports = new Set(servicePorts);
  return startMonitor(
    onNode,
    {
      node,
      observer: `conntrack of ${node}`,
      source: 'conntrack',
      command: conntrackCommand(servicePorts),
      lossNotice: /ENOBUFS/,
      onLine: (line) => {
        const parsed = parseConntrack(line.text);
        if (parsed !== null && ports.has(parsed.servicePort) && isNeeded(parsed)) {
          record(node, parsed, line, stamps, context);
        }
      },
    },
    context,
  );
}

function conntrackCommand(servicePorts: readonly number[]): string[] {
  const [only, ...others] = servicePorts;
  const command = ['conntrack', '-E', '-p', 'tcp', '--dst-nat', '-o', 'timestamp'];
  // It takes one port: with several, they are told apart here.
  const port = only === undefined || others.length > 0 ? [] : ['--orig-port-dst', String(only)];
  return [...command, ...port, '--buffer-size', String(BUFFER_BYTES)];
}

function isNeeded({ change, state, unreplied }: ConntrackLine): boolean {
  return (
    change === 'new' || (change === 'update' && state === 'CLOSE') || (change === 'destroy' && unreplied)
  );
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
    uncertaintyNs: stampedNs === null ? ARRIVAL_UNCERTAINTY_NS : STAMP_UNCERTAINTY_NS,
    source: 'conntrack',
    node,
    change: parsed.change,
    clientAddress: parsed.clientAddress,
    clientPort: parsed.clientPort,
    serviceAddress: parsed.serviceAddress,
    servicePort: parsed.servicePort,
    podIP: parsed.podIP,
    podPort: parsed.podPort,
    state: parsed.state,
  });
}
