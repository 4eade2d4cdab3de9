import { describe, expect, it } from 'vitest';
import { retriesOnCutConnection } from '../../../../src/analyze/margins/kept-connections.ts';
import { judgeHazards, type HazardInput } from '../../../../src/analyze/margins/judge-hazards.ts';
import { withoutEndpoint } from '../../../../src/analyze/margins/without-endpoint.ts';
import type {
  GraceMargin,
  Hazard,
  HazardInTrial,
  KeptConnections,
  RoutingMargin,
} from '../../../../src/model/margin.ts';
import type { ServiceOutage } from '../../../../src/analyze/objects/service-outages.ts';
import { loadSchema } from '../../../../src/model/scenario.ts';
import { ms } from '../build-history.ts';

const route = (node: string, atMs: number | null, changes: Partial<RoutingMargin> = {}): RoutingMargin => ({
  pod: 'web-a',
  podUid: 'a',
  node,
  state: 'dropped',
  margin: atMs === null ? null : { ms: atMs, uncertaintyMs: 3 },
  why: '',
  ...changes,
});
const blind = route('node2', null, { state: 'unknown', why: 'its rules were not watched all the time' });
const grace = (atMs: number | null, changes: Partial<GraceMargin> = {}): GraceMargin => ({
  pod: 'web-a',
  podUid: 'a',
  until: 'end',
  margin: atMs === null ? null : { ms: atMs, uncertaintyMs: 1 },
  cut: 0,
  why: '',
  ...changes,
});
const connections = (changes: Partial<KeptConnections> = {}): KeptConnections => ({
  announced: 5,
  cut: [],
  unknown: 0,
  why: '',
  longestIdleMs: 200,
  ...changes,
});
const CUT = { connection: 1, pod: 'web-a', podUid: 'a', idleMs: 90, met: false };

function hazard(name: Hazard, changes: Partial<HazardInput>): HazardInTrial | undefined {
  return judgeHazards({
    routing: [route('node1', 900), route('node2', 880)],
    connections: connections(),
    grace: [grace(800)],
    refusals: 0,
    nobodyLeftMs: 0,
    fallenMs: 0,
    p99Ms: 30,
    retriesOnCut: false,
    killed: false,
    maxP99Ms: null,
    ...changes,
  }).find((each) => each.hazard === name);
}

describe('the hazard of being still routed to', () => {
  const states = (...routing: RoutingMargin[]) => hazard('still-routed', { routing });

  it('is none where every node had stopped before, by its smallest margin', () => {
    expect(states(route('node1', 900), route('node2', 120))).toMatchObject({
      state: 'none',
      margin: { ms: 120 },
    });
  });

  it('is there where one node came later, also beside one that was not watched', () => {
    const found = states(route('node1', 900), blind, route('node3', -40));
    expect(found).toMatchObject({ state: 'there', count: 1, margin: { ms: -40 } });
    expect(found?.detail).toBe('web-a closed its listener 40 ms before node3 stopped sending to it');
  });

  it('is there where a name still meant a Pod that no longer listened', () => {
    const found = states(route('the name', -400));
    expect(found?.detail).toBe(
      'web-a closed its listener 400 ms before the last record that named it ran out',
    );
  });

  it('is there where a node never stopped', () => {
    const found = states(route('node1', 900), route('node2', null, { state: 'not-dropped' }));
    expect(found).toMatchObject({ state: 'there', margin: null, count: 1 });
  });

  it('says of a Pod that stays, and whose container was killed, that the container is started again', () => {
    const routing = [route('node1', 900), route('node2', null, { state: 'not-dropped' })];
    expect(hazard('still-routed', { routing, killed: true })?.detail).toBe(
      'node2 went on sending to web-a while its container was started again',
    );
    expect(hazard('cut-in-hand', { grace: [grace(-4400)], killed: true })?.detail).toBe(
      'the container of web-a was killed with whatever it had in hand',
    );
  });

  it('is not known, and never none, where one node was not watched', () => {
    expect(states(route('node1', 900), blind)).toMatchObject({
      state: 'unknown',
      detail: 'node2, web-a: its rules were not watched all the time',
    });
  });

  it.each([2, -2, 0])('is not known where %i ms are within the uncertainty', (atMs) => {
    expect(states(route('node1', atMs))).toMatchObject({ state: 'unknown' });
  });

  it('is none where no node had sent to a Pod that went', () => {
    expect(states()).toMatchObject({ state: 'none', margin: null });
  });
});

describe('the hazard of a connection cut without notice', () => {
  it('is there where one was, whether or not it met a request, also where others are not known', () => {
    const found = hazard('cut-unannounced', { connections: connections({ cut: [CUT], unknown: 3 }) });
    expect(found).toMatchObject({ state: 'there', count: 1, detail: '1 connection of web-a' });
  });

  it('is not known where announcements are not, and none where all were told', () => {
    const old = connections({ unknown: 2, why: 'the ledger does not say' });
    expect(hazard('cut-unannounced', { connections: old })).toMatchObject({ state: 'unknown' });
    expect(hazard('cut-unannounced', {})).toMatchObject({ state: 'none' });
  });

  it('does not exist for a load that opens a connection for each request', () => {
    expect(hazard('cut-unannounced', { connections: null })).toBeUndefined();
  });

  it('is none for clients that send such a request again', () => {
    const found = hazard('cut-unannounced', { connections: connections({ cut: [CUT] }), retriesOnCut: true });
    expect(found).toMatchObject({ state: 'none', count: 0 });
  });

  it.each([
    ['none', 'GET', {}, false],
    ['idempotent-once', 'GET', {}, true],
    ['idempotent-once', 'POST', {}, false],
    ['idempotent-once', 'POST', { 'Idempotency-Key': '7' }, true],
  ] as const)(
    'with retry %s, method %s and headers %j is made good: %s',
    (retry, method, headers, retries) => {
      const load = { name: 'l', connections: 'keep-alive', ratePerSecond: 1, method, retry, headers };
      expect(retriesOnCutConnection(loadSchema.parse(load))).toBe(retries);
    },
  );
});

describe('the hazard of a request cut in hand', () => {
  it('is there where one was, or where one more could have been', () => {
    expect(hazard('cut-in-hand', { grace: [grace(800), grace(5, { cut: 2 })] })).toMatchObject({
      state: 'there',
      count: 2,
    });
    expect(hazard('cut-in-hand', { grace: [grace(-30)] })).toMatchObject({ state: 'there', count: 0 });
  });

  it('is not known where the end of one Pod is not, or its margin is within the uncertainty', () => {
    const unknown = grace(null, { until: 'unknown', why: 'nobody saw its process end' });
    expect(hazard('cut-in-hand', { grace: [grace(800), unknown] })).toMatchObject({ state: 'unknown' });
    expect(hazard('cut-in-hand', { grace: [grace(0.5)] })).toMatchObject({ state: 'unknown' });
    expect(hazard('cut-in-hand', { grace: [grace(null)] })).toMatchObject({ state: 'none' });
  });
});

describe('other hazards', () => {
  it('are there for every load where a Pod that was going answered with errors', () => {
    expect(hazard('refused-while-going', { refusals: 4 })).toMatchObject({ state: 'there', count: 4 });
    expect(hazard('refused-while-going', {})).toMatchObject({ state: 'none' });
  });

  it('are there while the Service has nobody left, and not known where nobody looked', () => {
    expect(hazard('nobody-left', { nobodyLeftMs: 1200 })?.detail).toBe('no usable endpoint for 1.20 s');
    expect(hazard('nobody-left', { nobodyLeftMs: null })).toMatchObject({ state: 'unknown' });
  });

  it('are judged by latency only where the scenario says what is too slow', () => {
    expect(hazard('too-few-left', { p99Ms: 900 })).toMatchObject({ state: 'none', margin: null });
    expect(hazard('too-few-left', { p99Ms: 900, maxP99Ms: 500 })).toMatchObject({
      state: 'there',
      margin: { ms: -400 },
    });
    expect(hazard('too-few-left', { p99Ms: 40, maxP99Ms: 500 })).toMatchObject({ state: 'none' });
  });
});

describe('Pods that stay', () => {
  it('are too few where for a time none of them was Ready, whatever their latency', () => {
    const found = hazard('too-few-left', { fallenMs: 320, p99Ms: 20, maxP99Ms: 500 });
    expect(found).toMatchObject({ state: 'there', count: 320, margin: { ms: 480 } });
    expect(found?.detail).toBe('none that stayed was Ready for 320 ms');
  });

  it('are not known to have been enough where their slices were not seen, or nothing was answered', () => {
    expect(hazard('too-few-left', { fallenMs: null })).toMatchObject({ state: 'unknown' });
    expect(hazard('too-few-left', { p99Ms: null, maxP99Ms: 500 })).toMatchObject({ state: 'unknown' });
  });
});

describe('the time without a usable endpoint', () => {
  const outage = (fromMs: number, toMs: number): ServiceOutage => ({
    ...{ fromNs: ms(fromMs), toNs: ms(toMs), over: true, uncertaintyNs: 0, last: [], eventIds: [] },
  });

  it('is the sum of several outages, told apart where Pods had stayed and were not Ready any more', () => {
    const outages = [outage(1200, 1500), outage(2000, 2200), outage(4800, 5000)];
    expect(withoutEndpoint(outages, () => false)).toEqual({ nobodyLeftMs: 700, fallenMs: 0 });
    expect(withoutEndpoint(outages, (atNs) => atNs === ms(2000))).toEqual({
      nobodyLeftMs: 500,
      fallenMs: 200,
    });
    expect(withoutEndpoint([], () => true)).toEqual({ nobodyLeftMs: 0, fallenMs: 0 });
  });
});
