import type { EventSource } from '../../model/history-event.ts';

/**
 * Which source is believed when several saw the same step; the smallest wins. Kernel and kubelet stamp what they do
 * themselves; the API server's audit log stamps its own writes, a watch only their arrival at the harness.
 */
export const SOURCE_RANK: Readonly<Record<EventSource, number>> = {
  'kernel-trace': 0,
  kubelet: 1,
  load: 2,
  'app-log': 3,
  dataplane: 4,
  conntrack: 5,
  runtime: 6,
  etcd: 7,
  'api-audit': 8,
  'api-watch': 9,
  harness: 10,
};
