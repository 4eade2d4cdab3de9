import { NS_PER_MS } from '../../model/duration.ts';
import type { HistoryEvent, ProxySyncEvent } from '../../model/history-event.ts';
import type { ProxySyncs } from '../../model/node-rules.ts';

/** How busy each node's kube-proxy was, from what it told before the disruption and after the load. */
export function proxySyncs(
  events: readonly HistoryEvent[],
  disruptionNs: number | null,
): readonly ProxySyncs[] {
  if (disruptionNs === null) return [];
  const told = events.filter((event): event is ProxySyncEvent => event.type === 'proxy-sync');
  return [...Map.groupBy(told, ({ node }) => node)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([node, own]): readonly ProxySyncs[] => {
      const before = own.findLast(({ atNs }) => atNs <= disruptionNs);
      if (before === undefined) return [];
      // A reading after the disruption still tells of a last sync before it, where there was none since; a rule that
      // changed was written by a sync.
      const written = events.filter(
        (event) => event.type === 'endpoint-routed' && event.node === node && event.change !== 'listed',
      );
      const lastSyncNs = Math.max(
        ...[...own.map((event) => event.lastSyncNs), ...written.map(({ atNs }) => atNs)].filter(
          (atNs) => atNs <= disruptionNs,
        ),
        before.lastSyncNs,
      );
      const after = own.findLast(({ atNs }) => atNs > disruptionNs);
      // A kube-proxy that was restarted counts from 0 again.
      const counted = after !== undefined && after.syncs >= before.syncs;
      const syncs = counted ? after.syncs - before.syncs : null;
      const seconds = counted ? after.syncSeconds - before.syncSeconds : 0;
      return [
        {
          node,
          lastSyncBeforeMs: (disruptionNs - lastSyncNs) / NS_PER_MS,
          syncsSince: syncs,
          meanSyncMs: syncs === null || syncs === 0 ? null : (seconds * 1000) / syncs,
        },
      ];
    });
}
