import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type { HistoryEvent, ProxySyncEvent } from '../../model/history-event.ts';
import type { ProxySyncs } from '../../model/node-rules.ts';
import type { TrialApp } from '../../model/trial-record.ts';

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

/** A kube-proxy that wrote rules less than this ago may hold the next change back: its minSyncPeriod, by default. */
const BEFORE_NS = NS_PER_S;

/**
 * How many changes of other Services of the namespace kube-proxy wrote in the second before the disruption, on the node
 * where they were the most: other trials' doing. `null` where no node's rules were watched, or nothing was disrupted.
 */
export function othersChanges(
  events: readonly HistoryEvent[],
  disruptionNs: number | null,
  app: TrialApp | undefined,
): number | null {
  const seen = events.filter((event) => event.type === 'endpoint-routed');
  if (disruptionNs === null || app === undefined || seen.length === 0) return null;
  const others = seen.filter(
    ({ change, service, atNs }) =>
      change !== 'listed' &&
      service.split('/')[1] !== app.service &&
      atNs <= disruptionNs &&
      atNs > disruptionNs - BEFORE_NS,
  );
  return Math.max(0, ...[...Map.groupBy(others, ({ node }) => node).values()].map(({ length }) => length));
}
