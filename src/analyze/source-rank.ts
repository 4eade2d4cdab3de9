import type { EventSource } from '../model/history-event.ts';

/**
 * Which source is believed when several saw the same step; the smallest wins. The kernel stamps what it does itself;
 * the API server's audit log stamps its own writes, a watch only their arrival at the harness.
 */
export const SOURCE_RANK: Readonly<Record<EventSource, number>> = {
  'kernel-trace': 0,
  load: 1,
  'app-log': 2,
  dataplane: 3,
  conntrack: 4,
  runtime: 5,
  'api-audit': 6,
  'api-watch': 7,
  harness: 8,
};
