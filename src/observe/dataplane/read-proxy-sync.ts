import { NS_PER_MS } from '../../model/duration.ts';
import { wallToMonotonic, type ClockAnchor } from '../../model/wall-clock.ts';
import type { ObserveContext } from '../observer.ts';
import type { OnNode } from './on-node.ts';
import { parseProxyMetrics } from './proxy-metrics.ts';
import { runOnNode } from './run-on-node.ts';

/** kube-proxy's default metrics address: only to be reached inside the node's network namespace. */
const URL = 'http://127.0.0.1:10249/metrics';

/** Reads a page on the node, within a few seconds. */
type FetchText = (url: string) => Promise<string>;

/**
 * Asks kube-proxy on `node` for its last sync and records the answer as `proxy-sync`, or an `observation-gap` when it
 * cannot be had; never rejects.
 *
 * @param anchor both clocks at about now (`readClockAnchor`), for kube-proxy tells wall-clock times
 * @param runStartNs `process.hrtime.bigint()` at run start
 * @param fetchText default: `curl` on the node
 */
export async function readProxySync(
  onNode: OnNode,
  node: string,
  anchor: ClockAnchor,
  runStartNs: bigint,
  context: ObserveContext,
  fetchText: FetchText = (url) =>
    runOnNode(onNode, node, ['curl', '--silent', '--show-error', '--max-time', '5', url]),
): Promise<void> {
  const fromNs = context.nowNs();
  const toRunNs = (seconds: number) =>
    Math.round(wallToMonotonic(seconds * 1000, anchor, anchor) - Number(runStartNs));
  try {
    const text = await fetchText(URL);
    const toNs = context.nowNs();
    const { lastSyncSeconds, lastQueuedSeconds, ...counts } = parseProxyMetrics(text);
    context.record({
      type: 'proxy-sync',
      atNs: (fromNs + toNs) / 2,
      uncertaintyNs: Math.max(NS_PER_MS, (toNs - fromNs) / 2),
      source: 'dataplane',
      node,
      lastSyncNs: toRunNs(lastSyncSeconds),
      lastQueuedNs: toRunNs(lastQueuedSeconds),
      ...counts,
    });
  } catch (error) {
    const toNs = context.nowNs();
    context.record({
      type: 'observation-gap',
      atNs: toNs,
      uncertaintyNs: 0,
      source: 'dataplane',
      observer: `kube-proxy metrics of ${node}`,
      fromNs,
      toNs,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}
