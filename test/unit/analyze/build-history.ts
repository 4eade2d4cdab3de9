import type { HistoryEvent, NewHistoryEvent, TrialPhase } from '../../../src/model/history-event.ts';
import { NS_PER_MS } from '../../../src/model/duration.ts';
import type { PlannedTrial } from '../../../src/model/plan.ts';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import { loadSchema, strategySchema, type LoadSpec } from '../../../src/model/scenario.ts';
import type { TrialRecord } from '../../../src/model/trial-record.ts';

/** Short words for literal histories. All times are ms since run start. */
export const ms = (value: number): number => value * NS_PER_MS;

export const LOAD: LoadSpec = loadSchema.parse({ name: 'fresh', connections: 'fresh', ratePerSecond: 10 });

export function planned(changes: Partial<PlannedTrial> = {}): PlannedTrial {
  return {
    number: 1,
    block: 1,
    role: 'comparison',
    strategy: strategySchema.parse({ name: 'none' }),
    disruption: { type: 'delete' },
    seed: 1,
    ...changes,
  };
}

export function trialRecord(changes: Partial<TrialRecord> = {}): TrialRecord {
  return {
    schemaVersion: 1,
    trial: planned(),
    attempt: 1,
    state: 'finished',
    namespace: 'ns',
    victims: [{ name: 'web-a', uid: 'a', node: 'node-1', podIP: '198.18.1.1' }],
    phases: [],
    loads: [{ name: 'fresh', engine: 'native', ledger: 'requests-fresh.csv', intended: null }],
    findings: [],
    ...changes,
  };
}

export function numbered(events: readonly NewHistoryEvent[]): readonly HistoryEvent[] {
  return events
    .toSorted((a, b) => a.atNs - b.atNs)
    .map((event, index): HistoryEvent => ({ id: index + 1, ...event }));
}

export function phase(name: TrialPhase, atMs: number): NewHistoryEvent {
  return { type: 'phase', phase: name, atNs: ms(atMs), uncertaintyNs: 0, source: 'harness' };
}

export function action(stage: 'requested' | 'accepted' | 'refused', atMs: number): NewHistoryEvent {
  return {
    type: 'action',
    action: 'delete',
    stage,
    kind: 'Pod',
    namespace: 'ns',
    name: 'web-a',
    uid: 'a',
    ...(stage === 'refused' ? { httpStatus: 429, message: 'disruption budget' } : {}),
    atNs: ms(atMs),
    uncertaintyNs: 0,
    source: 'harness',
  };
}

export function pod(
  change: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED',
  uid: string,
  atMs: number,
  state: { ready?: boolean; deleting?: boolean; terminated?: boolean } = {},
): NewHistoryEvent {
  return {
    type: 'object',
    change,
    kind: 'Pod',
    namespace: 'ns',
    name: `web-${uid}`,
    uid,
    resourceVersion: '1',
    atNs: ms(atMs),
    uncertaintyNs: ms(1),
    source: 'api-watch',
    object: {
      metadata: state.deleting === true ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {},
      spec: { nodeName: 'node-1' },
      status: {
        conditions: [{ type: 'Ready', status: state.ready === true ? 'True' : 'False' }],
        containerStatuses: [
          { name: 'web', state: state.terminated === true ? { terminated: {} } : { running: {} } },
        ],
      },
    },
  };
}

export function slice(
  atMs: number,
  endpoints: readonly { uid: string; ready?: boolean; serving?: boolean; terminating?: boolean }[],
): NewHistoryEvent {
  return {
    type: 'object',
    change: 'MODIFIED',
    kind: 'EndpointSlice',
    namespace: 'ns',
    name: 'web-x',
    uid: 'slice',
    resourceVersion: '1',
    atNs: ms(atMs),
    uncertaintyNs: ms(1),
    source: 'api-watch',
    object: {
      endpoints: endpoints.map(({ uid, ...conditions }) => ({ targetRef: { uid }, conditions })),
    },
  };
}

export function gap(
  observer: string,
  fromMs: number,
  toMs: number,
  source: 'api-watch' | 'app-log' = 'api-watch',
): NewHistoryEvent {
  return {
    type: 'observation-gap',
    observer,
    fromNs: ms(fromMs),
    toNs: ms(toMs),
    reason: 'connection reset',
    atNs: ms(toMs),
    uncertaintyNs: 0,
    source,
  };
}

export function request(id: number, atMs: number, changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id,
    load: 'fresh',
    engine: 'native',
    connection: id,
    requestOnConnection: 0,
    connectionAgeMs: 0,
    intendedNs: ms(atMs),
    startNs: ms(atMs),
    firstByteNs: ms(atMs + 19),
    endNs: ms(atMs + 20),
    method: 'GET',
    path: '/',
    clientPort: 40_000 + id,
    serverAddress: '198.18.16.11',
    outcome: 'ok',
    status: 200,
    errorCode: null,
    pod: 'web-b',
    bytesRead: 100,
    attempt: 0,
    announcedClose: false,
    retryOf: null,
    ...changes,
  };
}

export function failed(id: number, atMs: number, changes: Partial<RequestRecord> = {}): RequestRecord {
  return request(id, atMs, {
    outcome: 'refused',
    status: null,
    pod: null,
    firstByteNs: null,
    endNs: ms(atMs + 1),
    errorCode: 'ECONNREFUSED',
    bytesRead: 0,
    ...changes,
  });
}

/** Ten requests a second from `fromMs` on; some of them replaced by others with the same place in the order. */
export function ledger(
  fromMs: number,
  toMs: number,
  replaced: Readonly<Record<number, (id: number, atMs: number) => RequestRecord>> = {},
): readonly RequestRecord[] {
  const records: RequestRecord[] = [];
  for (let at = fromMs; at < toMs; at += 100) {
    const id = records.length + 1;
    records.push((replaced[at] ?? request)(id, at));
  }
  return records;
}

// eslint-disable-next-line @typescript-eslint/require-await -- the analysis reads ledgers as streams
export async function* streamed(records: readonly RequestRecord[]): AsyncGenerator<RequestRecord> {
  yield* records;
}
