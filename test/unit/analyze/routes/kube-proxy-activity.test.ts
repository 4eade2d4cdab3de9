import { describe, expect, it } from 'vitest';
import { othersChanges, proxySyncs } from '../../../../src/analyze/routes/kube-proxy-activity.ts';
import type { HistoryEvent, RouteEvent } from '../../../../src/model/history-event.ts';

const SECOND = 1e9;
const app = { kind: 'Deployment', service: 't001-none', port: 8080, container: 'app' } as const;
const route = (atS: number, service: string, more: Partial<RouteEvent> = {}): RouteEvent => ({
  ...{ type: 'endpoint-routed', id: 1, atNs: atS * SECOND, uncertaintyNs: 0, source: 'dataplane' },
  ...{ node: 'node1', change: 'removed', service: `ns/${service}/tcp/http`, policy: 'cluster' },
  ...{ podIP: '198.18.0.2', podPort: 8080 },
  ...more,
});

describe('the activity of kube-proxy', () => {
  it('counts what was written for other Services in the second before the disruption, on the busiest node', () => {
    const events: HistoryEvent[] = [
      route(8, 't002-sleep', { change: 'listed' }),
      route(8.9, 't002-sleep'),
      route(9.1, 't002-sleep'),
      route(9.5, 't002-sleep', { change: 'added' }),
      route(9.5, 't003-drain', { node: 'node2' }),
      route(9.6, 't001-none'),
      route(10.1, 't002-sleep'),
    ];
    expect(othersChanges(events, 10 * SECOND, app)).toBe(2);
  });

  it('counts no change of the own Service, and is not known where nobody watched', () => {
    expect(othersChanges([route(9.5, 't001-none')], 10 * SECOND, app)).toBe(0);
    expect(othersChanges([], 10 * SECOND, app)).toBeNull();
  });

  it('shows that a kube-proxy synced later than it said before the load', () => {
    const told: HistoryEvent = {
      ...{
        type: 'proxy-sync',
        id: 2,
        atNs: 5 * SECOND,
        uncertaintyNs: 0,
        source: 'dataplane',
        node: 'node1',
      },
      ...{ lastSyncNs: 4 * SECOND, lastQueuedNs: 4 * SECOND, syncs: 10, syncSeconds: 1, fullSyncs: null },
    };
    const lastSync = (...events: HistoryEvent[]) => proxySyncs(events, 10 * SECOND)[0]?.lastSyncBeforeMs;
    expect(lastSync(told)).toBe(6000);
    expect(lastSync(told, route(9.5, 't002-sleep'), route(11, 't002-sleep'))).toBe(500);
    expect(lastSync(told, route(9.5, 't002-sleep', { node: 'node2' }))).toBe(6000);
    expect(lastSync(told, route(9.5, 't002-sleep', { change: 'listed' }))).toBe(6000);
  });
});
