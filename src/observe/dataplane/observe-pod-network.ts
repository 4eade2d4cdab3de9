import { setTimeout as sleep } from 'node:timers/promises';

import { NS_PER_MS } from '../../model/duration.ts';
import type { ObserveContext } from '../observer.ts';
import type { OnNode } from './on-node.ts';
import { parseIpMonitor, PodLinks, type PodNetworkChange } from './pod-links.ts';
import { runOnNode } from './run-on-node.ts';
import { startMonitor, type Monitor } from './start-monitor.ts';
import { unroutedLinks } from './unrouted-links.ts';
import type { WallStamps } from './wall-stamps.ts';

/**
 * From the kernel's change to the ip command's own stamp; measured 0.1 to 1.3 ms (median 0.1 ms) over 60 changes on two
 * busy cores. The stamp is made when the command comes to its turn: how long this process, which wants the same cores,
 * was held up just then comes on top.
 */
const STAMP_UNCERTAINTY_NS = 1.5 * NS_PER_MS;
/** Where the wall clock was set, only the arrival in this process is known. */
const ARRIVAL_UNCERTAINTY_NS = 5 * NS_PER_MS;
/** Whatever a listing shows is announced by then; looked at again, so that a slow reader is no lost change. */
const SETTLES_WITHIN_MS = [0, 50, 500] as const;

/**
 * Records when a Pod's address begins (`up`) and ceases (`released`) to be reachable on its own node, for CNI plugins
 * that make a host route for each Pod (ptp; kindnet). Under others (bridge) it sees nothing, and says so. Pods that are up at the
 * start are not recorded, only remembered. Resolves when every later change will be seen, and never rejects: what
 * cannot be seen is an `observation-gap`.
 */
export async function observePodNetwork(
  onNode: OnNode,
  node: string,
  stamps: WallStamps,
  context: ObserveContext,
): Promise<Monitor> {
  const links = new PodLinks();
  const startNs = context.nowNs();
  const observer = `Pod network of ${node}`;
  const record = (changes: readonly PodNetworkChange[], atNs: number, uncertaintyNs: number) => {
    for (const change of changes) {
      context.record({ type: 'pod-network', atNs, uncertaintyNs, source: 'dataplane', node, ...change });
    }
  };
  const gap = (fromNs: number, reason: string) => {
    const toNs = context.nowNs();
    const what = { type: 'observation-gap', source: 'dataplane', uncertaintyNs: 0 } as const;
    context.record({ ...what, atNs: toNs, observer, fromNs, toNs, reason });
  };
  /** Links to Pods to which no route leads: whatever becomes of these Pods' networks is not seen. */
  let unrouted: readonly string[] = [];
  const lookForUnrouted = async () => {
    if (!links.everRouted && unrouted.length === 0)
      unrouted = await unroutedLinks(onNode, node).catch(() => []);
  };
  /** What the kernel announced while a listing was on its way: the listing may be older. */
  let announced: string[] | null = null;
  const list = async (onRead: (changes: PodNetworkChange[]) => void) => {
    const fromNs = context.nowNs();
    announced = [];
    try {
      const listing = await runOnNode(onNode, node, ['ip', '-4', 'route']);
      onRead(links.replace(listing, announced));
    } catch (error) {
      gap(fromNs, error instanceof Error ? error.message : String(error));
    } finally {
      announced = null;
    }
  };
  /** Held against what is there in the end: a change that was never announced must not go unsaid. */
  const lookForMissed = async () => {
    for (const waitMs of SETTLES_WITHIN_MS) {
      await sleep(waitMs);
      const listing = await runOnNode(onNode, node, ['ip', '-4', 'route']).catch(() => null);
      if (listing === null) return;
      const missed = links.missedBy(listing);
      if (missed.length === 0) return;
      if (waitMs === SETTLES_WITHIN_MS.at(-1))
        gap(startNs, `changes of routes to Pods were not announced: ${missed.slice(0, 3).join(', ')}`);
    }
  };
  const monitor = await startMonitor(
    onNode,
    {
      node,
      observer,
      source: 'dataplane',
      command: ['env', 'TZ=UTC0', 'ip', '-4', '-ts', '-o', 'monitor', 'route', 'link'],
      lossNotice: /No buffer space available/,
      onLine: ({ text, arrivedNs, lateNs }) => {
        const line = parseIpMonitor(text);
        if (line !== null) announced?.push(line.text);
        const changes = line === null ? [] : links.apply(line.text);
        if (line === null || changes.length === 0) return;
        const stampedNs = stamps.toRunNs(line.wallMs, arrivedNs);
        record(
          changes,
          stampedNs ?? arrivedNs,
          (stampedNs === null ? ARRIVAL_UNCERTAINTY_NS : STAMP_UNCERTAINTY_NS) + lateNs,
        );
      },
      onBlind: (fromNs, toNs) =>
        list((changes) => {
          record(changes, (fromNs + toNs) / 2, (toNs - fromNs) / 2);
        }),
    },
    context,
  );
  if (monitor.listens()) {
    await list(() => undefined);
    await lookForUnrouted();
  }
  return {
    listens: () => monitor.listens(),
    stop: async () => {
      if (monitor.listens() && !context.signal.aborted) {
        await lookForUnrouted();
        await lookForMissed();
      }
      await monitor.stop();
      if (links.everRouted || unrouted.length === 0) return;
      gap(
        startNs,
        `the CNI plugin of ${node} makes no route for each Pod (links without one: ${unrouted.slice(0, 3).join(', ')})`,
      );
    },
  };
}
