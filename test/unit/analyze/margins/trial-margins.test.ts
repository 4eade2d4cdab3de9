import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { LoadMargins } from '../../../../src/model/margin.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { loadSchema, strategySchema, type LoadSpec } from '../../../../src/model/scenario.ts';
import type { TrialRecord } from '../../../../src/model/trial-record.ts';
import { planned, request, streamed, trialRecord } from '../build-history.ts';
import { numbered, PODS, scene as s } from '../attribution/write-scene.ts';

const FRESH = loadSchema.parse({ name: 'fresh', connections: 'fresh', ratePerSecond: 10 });
const KEPT = loadSchema.parse({ name: 'kept', connections: 'keep-alive', ratePerSecond: 10 });
const NODES = ['node1', 'node2'];

/** The Pod is deleted at 1000, its nodes drop it at 1080 and 1190, it closes its listener and exits about 1300. */
const HISTORY: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.slice(110, 1, { a: 'ready', b: 'ready' }),
  s.route('node1', 'listed', 'a', 120),
  s.route('node2', 'listed', 'a', 120),
  s.facts('a', 400),
  s.phase('baseline', 500),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1001),
  s.action('a', 'accepted', 1004),
  s.pod('MODIFIED', 'a', 1006, { ready: true, deleting: true }),
  s.slice(1015, 2, { a: 'draining', b: 'ready' }),
  s.route('node1', 'removed', 'a', 1080),
  s.route('node2', 'removed', 'a', 1190),
  s.signal('a', 15, 1290),
  s.listener('a', 'CLOSE', 1300),
  s.socket('a', 51_234, 'ESTABLISHED', 'FIN_WAIT1', 1305),
  s.exit('a', 1310),
  s.pod('DELETED', 'a', 1500, { deleting: true, terminated: true }),
  s.phase('stop-load', 4000),
  s.phase('clean-up', 4100),
];

const kept = (id: number, startMs: number, changes: Partial<RequestRecord> = {}): RequestRecord =>
  request(id, startMs, {
    load: 'kept',
    connection: 1,
    requestOnConnection: id - 1,
    connectionAgeMs: (id - 1) * 250,
    clientPort: 40_001,
    pod: 'web-a',
    announcedClose: false,
    ...changes,
  });

interface Changes {
  readonly events?: readonly NewHistoryEvent[];
  readonly record?: Partial<TrialRecord>;
  readonly nodes?: readonly string[];
  readonly records?: readonly RequestRecord[];
}

async function marginsOf(spec: LoadSpec, changes: Changes = {}): Promise<LoadMargins> {
  const records = changes.records ?? [request(1, 800), request(2, 1100), request(3, 1150, { pod: 'web-a' })];
  const record = trialRecord({
    app: { kind: 'Deployment', service: 'web', port: 8080, container: 'app' },
    victims: [{ name: 'web-a', uid: PODS.a.uid, node: 'node1', podIP: PODS.a.podIP }],
    loads: [{ name: spec.name, engine: 'native', ledger: `requests-${spec.name}.csv`, intended: null }],
    ...changes.record,
  });
  const ledger = { load: spec.name, intended: null, records: streamed(records), findings: () => [] };
  const events = numbered(changes.events ?? HISTORY);
  const trial = await analyzeTrial(
    { record, directory: 'trials/001-none', events, ledgers: [ledger], findings: [] },
    [spec],
    undefined,
    changes.nodes ?? NODES,
  );
  const [margins] = trial.margins;
  if (margins === undefined) throw new Error('there is one load');
  return margins;
}

const statesOf = ({ hazards }: LoadMargins): Readonly<Record<string, string>> =>
  Object.fromEntries(hazards.map(({ hazard, state }) => [hazard, state]));

describe('the margins of a trial', () => {
  it('are known of a trial in which nothing failed', async () => {
    const margins = await marginsOf(FRESH);
    expect(margins.routing.map(({ node, margin }) => [node, margin?.ms])).toEqual([
      ['node1', 220],
      ['node2', 110],
    ]);
    expect(margins.connections).toBeNull();
    expect(margins.grace).toMatchObject([{ until: 'end', cut: 0, margin: { ms: 100 } }]);
    expect(statesOf(margins)).toEqual({
      'still-routed': 'none',
      'cut-in-hand': 'none',
      'refused-while-going': 'none',
      'nobody-left': 'none',
      'too-few-left': 'none',
    });
  });

  it('show a kept-alive connection that was cut although no request met it, and how long it had been idle', async () => {
    const events = [...HISTORY, s.sent('a', 40_001, 51_234, 799)];
    const margins = await marginsOf(KEPT, { events, records: [kept(1, 800), kept(2, 1050)] });
    expect(margins.connections?.cut).toEqual([
      { connection: 1, pod: 'web-a', podUid: PODS.a.uid, idleMs: 235, met: false },
    ]);
    expect(statesOf(margins)['cut-unannounced']).toBe('there');
  });

  it('show none where the server said on the last answer that it would end the connection', async () => {
    const margins = await marginsOf(KEPT, {
      records: [kept(1, 800), kept(2, 1050, { announcedClose: true })],
    });
    expect(margins.connections).toMatchObject({ announced: 1, cut: [], unknown: 0 });
    expect(statesOf(margins)['cut-unannounced']).toBe('none');
  });

  it('do not count the rules of another Service of the namespace', async () => {
    const other = { ...s.route('node1', 'removed', 'a', 3900), service: 'ns/metrics/tcp/' };
    const listed = { ...s.route('node1', 'listed', 'a', 120), service: 'ns/metrics/tcp/' };
    const margins = await marginsOf(FRESH, { events: [...HISTORY, listed, other] });
    expect(margins.routing.map(({ margin }) => margin?.ms)).toEqual([220, 110]);
  });

  it('are not known where a node of the cluster was never heard of', async () => {
    const margins = await marginsOf(FRESH, { nodes: [...NODES, 'node3'] });
    expect(statesOf(margins)['still-routed']).toBe('unknown');
  });

  it('are those of the one node by which a load inside the cluster goes to the Service’s address', async () => {
    const inside = {
      ...{ pod: 'load', node: 'node1', address: '198.18.0.9', via: 'clusterIP' as const },
      clockUncertaintyNs: 0,
    };
    const loads = [{ name: 'fresh', engine: 'native' as const, ledger: 'x.csv', intended: null, inside }];
    const spec = loadSchema.parse({ ...FRESH, from: 'inside', via: 'clusterIP' });
    const margins = await marginsOf(spec, { record: { loads }, nodes: [...NODES, 'node3'] });
    expect(margins.routing.map(({ node }) => node)).toEqual(['node1']);
    expect(statesOf(margins)['still-routed']).toBe('none');
  });

  it('are not known of clients that look Pods up by name', async () => {
    const spec = loadSchema.parse({ ...FRESH, from: 'inside', via: 'headless' });
    const margins = await marginsOf(spec);
    expect(margins.routing[0]?.why).toContain('by name');
    expect(statesOf(margins)['still-routed']).toBe('unknown');
  });

  it('show for how long the Service had nobody left', async () => {
    const events = [...HISTORY, s.slice(1100, 3, {}), s.slice(2350, 4, { b: 'ready' })];
    expect((await marginsOf(FRESH, { events })).nobodyLeftMs).toBe(1250);
    const blind = HISTORY.filter((event) => event.type !== 'object' || event.kind !== 'EndpointSlice');
    expect((await marginsOf(FRESH, { events: blind })).nobodyLeftMs).toBeNull();
  });

  it('show for how long the Pods that had stayed were not Ready', async () => {
    const fallen = s.slice(1100, 3, { b: 'ready' });
    if (fallen.type !== 'object') throw new Error('not an object');
    const [endpoint] = fallen.object['endpoints'] as readonly object[];
    const conditions = { ready: false, serving: false, terminating: false };
    const object = { ...fallen.object, endpoints: [{ ...endpoint, conditions }] };
    const events = [...HISTORY, { ...fallen, object }, s.slice(1420, 4, { b: 'ready' })];
    const margins = await marginsOf(FRESH, { events });
    expect(margins).toMatchObject({ nobodyLeftMs: 0, fallenMs: 320 });
    expect(statesOf(margins)).toMatchObject({ 'nobody-left': 'none', 'too-few-left': 'there' });
  });

  it('count against the grace period that the strategy gives', async () => {
    const trial = planned({
      strategy: strategySchema.parse({ name: 's', terminationGracePeriodSeconds: 2 }),
    });
    const events = [...HISTORY.filter(({ type }) => type !== 'signal-sent'), s.signal('a', 15, 1030)];
    const records = [request(1, 800), request(2, 1200, { pod: 'web-a' })];
    const margins = await marginsOf(FRESH, { record: { trial }, events, records });
    expect(margins.grace).toMatchObject([{ until: 'deadline', margin: { ms: 3001 - 1220 } }]);
  });

  it('are not asked of a trial in which nothing is disrupted', async () => {
    const trial = planned({ role: 'negative-control', disruption: { type: 'none' } });
    await expect(marginsOf(FRESH, { record: { trial } })).rejects.toThrow('there is one load');
  });
});
