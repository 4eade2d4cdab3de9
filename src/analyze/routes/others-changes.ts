import { NS_PER_S } from '../../model/duration.ts';
import type { HistoryEvent } from '../../model/history-event.ts';
import type { TrialApp } from '../../model/trial-record.ts';

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
