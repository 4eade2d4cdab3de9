import { describe, expect, it } from 'vitest';

import { portsFromKernel } from '../../../../src/analyze/attribution/ports-from-kernel.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { ConntrackEvent, HistoryEvent, SocketEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { failed } from '../build-history.ts';
import { attributeScene } from './attribute-scene.ts';
import { SCENES } from './scenes.ts';
import { numbered } from './write-scene.ts';

const NODE = '198.18.16.11';
const CLIENT = '198.18.16.1';
const BOOK = { isPodAddress: (address: string) => address.startsWith('198.18.0.') };

const ms = (value: number): number => Math.round(value * NS_PER_MS);

function ofK6(id: number, atMs: number, changes: Partial<RequestRecord> = {}): RequestRecord {
  return failed(id, atMs, { engine: 'k6', clientPort: null, serverAddress: NODE, ...changes });
}

let next = 1;
function end(port: number, atMs: number, change = 'SYN_SENT CLOSE', to = NODE): SocketEvent & HistoryEvent {
  const [from = '', state = ''] = change.split(' ');
  return {
    ...{ id: next++, type: 'socket-state', atNs: ms(atMs), uncertaintyNs: 1000, source: 'kernel-trace' },
    ...{ localAddress: CLIENT, localPort: port, remoteAddress: to, remotePort: 30_080, from, to: state },
  };
}

function tracked(
  port: number,
  atMs: number,
  change: 'new' | 'destroy' = 'new',
): ConntrackEvent & HistoryEvent {
  return {
    ...{ id: next++, type: 'conntrack', atNs: ms(atMs), uncertaintyNs: ms(0.5), source: 'conntrack' },
    ...{ node: 'node1', change, clientAddress: CLIENT, clientPort: port, serviceAddress: NODE },
    ...{ servicePort: 30_080, podIP: '198.18.0.5', podPort: 8080, state: null },
  };
}

function ports(records: readonly RequestRecord[], events: readonly HistoryEvent[]): (number | null)[] {
  return portsFromKernel(records, events, BOOK, () => 10_000).map(({ clientPort }) => clientPort);
}

describe('the port of a request that k6 sent and that failed', () => {
  it('is that of the only connection that the kernel saw end so in its time', () => {
    const events = [end(1, 99), end(2, 100.5), end(3, 102), end(4, 100.6, 'SYN_SENT CLOSE', '198.18.16.12')];
    expect(ports([ofK6(1, 100)], events)).toEqual([2]);
  });

  it('is looked for among the ends that fit its outcome', () => {
    const events = [
      end(2, 100.2),
      end(3, 100.4, 'ESTABLISHED CLOSE_WAIT'),
      end(4, 100.6, 'ESTABLISHED CLOSE'),
    ];
    expect(ports([ofK6(1, 100, { outcome: 'closed-early' })], events)).toEqual([3]);
    expect(ports([ofK6(1, 100, { outcome: 'reset', errorCode: 'ECONNRESET' })], events.slice(1))).toEqual([
      4,
    ]);
    expect(ports([ofK6(1, 100, { outcome: 'truncated' })], events)).toEqual([null]);
    expect(ports([ofK6(1, 100, { outcome: 'response-timeout' })], events)).toEqual([null]);
  });

  it('may be of a connection that ended while it was idle, as long as that is the only one', () => {
    const reused = ofK6(1, 100, { outcome: 'closed-early', requestOnConnection: 3, connectionAgeMs: 40 });
    expect(ports([reused], [end(3, 70, 'ESTABLISHED CLOSE_WAIT')])).toEqual([3]);
    const two = [end(3, 70, 'ESTABLISHED CLOSE_WAIT'), end(4, 100.2, 'ESTABLISHED CLOSE_WAIT')];
    expect(ports([reused], two)).toEqual([null]);
  });

  it('is not known where two fit, or one fits two requests', () => {
    expect(ports([ofK6(1, 100)], [end(2, 100.2), end(3, 100.4)])).toEqual([null]);
    expect(ports([ofK6(1, 100), ofK6(2, 100.1)], [end(2, 100.5)])).toEqual([null, null]);
  });

  describe('of many that ended at once', () => {
    const RESET = { outcome: 'reset', errorCode: 'ECONNRESET', endNs: ms(150) } as const;
    const ends = [1, 2, 3].map((port) => end(port, 149.9, 'ESTABLISHED CLOSE'));
    const requests = [100, 110, 120].map((atMs, index) => ofK6(index + 1, atMs, RESET));

    it('is that of the connection that a node began to track then', () => {
      const events = [tracked(1, 100.2), tracked(2, 110.2), tracked(3, 120.2), ...ends];
      expect(ports(requests, events)).toEqual([1, 2, 3]);
      expect(ports(requests.toReversed(), events)).toEqual([3, 2, 1]);
    });

    it('is not known where connections began within the uncertainty of the times', () => {
      const events = [tracked(1, 100.2), tracked(2, 110.2), tracked(3, 109.8), ...ends];
      expect(ports(requests.slice(0, 2), events.slice(0, 5))).toEqual([1, 2]);
      const close = [ofK6(1, 100, RESET), ofK6(2, 100.3, RESET)];
      expect(ports(close, [tracked(1, 100.1), tracked(2, 100.4), ...ends.slice(0, 2)])).toEqual([null, null]);
    });

    it('is not known of those whose connections no node told of, and still of the others', () => {
      const events = [tracked(1, 100.2), tracked(3, 120.2), ...ends];
      // The second connection may be anybody's: the third request has two to choose from, and so has the first.
      expect(ports(requests, events)).toEqual([null, null, null]);
      expect(ports(requests.slice(0, 1), [tracked(1, 100.2), ends[0] as HistoryEvent])).toEqual([1]);
    });

    it('is not known where connection tracking was not watched all the time', () => {
      const gap: HistoryEvent = {
        ...{ id: 99, type: 'observation-gap', atNs: ms(110), uncertaintyNs: 0, source: 'conntrack' },
        ...{ observer: 'conntrack', fromNs: ms(90), toNs: ms(100.1), reason: 'lost' },
      };
      const events = [tracked(1, 100.2), tracked(2, 110.2), tracked(3, 120.2), ...ends, gap];
      expect(ports(requests, events)).toEqual([null, null, null]);
    });

    it('is, of a reused connection, that of one that was opened before k6 had it', () => {
      const reused = { ...RESET, requestOnConnection: 3 };
      const [old, young] = [
        ofK6(1, 120, { ...reused, connectionAgeMs: 100 }),
        ofK6(2, 121, { ...reused, connectionAgeMs: 50 }),
      ];
      const events = [tracked(1, 19.5), tracked(2, 70.5), ...ends.slice(0, 2)];
      expect(ports([old, young], events)).toEqual([1, 2]);
    });

    it('is not that of an earlier connection from the same port', () => {
      const events = [tracked(1, 40), tracked(1, 100.2), tracked(2, 110.2), ...ends.slice(0, 2)];
      expect(ports(requests.slice(0, 2), events)).toEqual([1, 2]);
    });
  });

  it('is not known where the kernel was not watched', () => {
    const gap: HistoryEvent = {
      ...{ id: 99, type: 'observation-gap', atNs: ms(110), uncertaintyNs: 0, source: 'kernel-trace' },
      ...{ observer: 'kernel-trace', fromNs: ms(90), toNs: ms(100.1), reason: 'lost' },
    };
    expect(ports([ofK6(1, 100)], [end(2, 100.5), gap])).toEqual([null]);
    expect(ports([ofK6(1, 100)], [])).toEqual([null]);
  });

  it('is never that of a request of another engine', () => {
    const native = failed(1, 100, { load: 'other', clientPort: 3, serverAddress: NODE });
    expect(ports([native, ofK6(1, 100)], [end(2, 100.2), end(3, 100.4)])).toEqual([3, 2]);
  });

  it('leaves the other engines alone', () => {
    const native = failed(1, 100, { clientPort: null, serverAddress: NODE });
    expect(ports([native], [end(2, 100.5)])).toEqual([null]);
  });
});

it('makes a cause as sure as with any other engine, where the kernel saw the connection fail', async () => {
  const scene = SCENES.find(
    ({ confidence, request }) => confidence === 'certain' && request.outcome === 'refused',
  );
  if (scene === undefined) throw new Error('no scene of a refused request');
  const { request, kind } = scene;
  const { clientPort, endNs } = request;
  const seen = end(clientPort ?? 0, (endNs ?? 0) / NS_PER_MS - 0.1);
  const events = numbered([...scene.events, seen].toSorted((a, b) => a.atNs - b.atNs));
  const asK6 = { ...request, engine: 'k6' as const, clientPort: null, serverAddress: NODE };
  const found = await attributeScene(events, asK6, kind);
  expect([found.cause, found.confidence, found.pod]).toEqual([scene.cause, 'certain', scene.pod]);
  const unseen = await attributeScene(numbered(scene.events), asK6, kind);
  expect(unseen.confidence).not.toBe('certain');
});
