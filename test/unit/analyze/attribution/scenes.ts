import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { Cause, Confidence } from '../../../../src/model/attribution.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { failed } from '../build-history.ts';
import { OTHER_SERVICE, scene as s, withLogShipper } from './write-scene.ts';

/** One failed request whose cause is known, with everything that the observers would have written about it. */
export interface Scene {
  readonly name: string;
  readonly cause: Cause;
  readonly confidence: Confidence;
  readonly pod: string | null;
  readonly request: RequestRecord;
  /** What owns the Pods; a Deployment where it is not said. */
  readonly kind?: 'StatefulSet';
  readonly events: readonly NewHistoryEvent[];
}

const PORT = 40_001;
const SEEN = 51_234;

const BEFORE: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.slice(110, 1, { a: 'ready', b: 'ready' }),
  s.route('node1', 'listed', 'a', 120),
  s.route('node1', 'listed', 'b', 120),
  s.route('node2', 'listed', 'a', 120),
  s.route('node2', 'listed', 'b', 120),
  s.phase('baseline', 500),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1001),
  s.action('a', 'accepted', 1004),
  s.pod('MODIFIED', 'a', 1006, { ready: true, deleting: true }),
  s.slice(1015, 2, { a: 'draining', b: 'ready' }),
];
const AFTER: readonly NewHistoryEvent[] = [
  s.route('node1', 'removed', 'a', 1080),
  s.route('node2', 'removed', 'a', 1090),
  s.pod('DELETED', 'a', 1300, { deleting: true, terminated: true }),
  s.pod('MODIFIED', 'b', 3900, { ready: true }),
  s.phase('stop-load', 4000),
  s.phase('clean-up', 4100),
];
/** SIGTERM at 1030, an app that closes its listener at 1040 and exits at 1060, its network gone at 1150. */
const GRACEFUL: readonly NewHistoryEvent[] = [
  s.signal('a', 15, 1030),
  s.stamp('a', 'signal', 1030.3),
  s.listener('a', 'CLOSE', 1040),
  s.stamp('a', 'listener-closed', 1040.2),
  s.stamp('a', 'drained', 1058),
  s.stamp('a', 'exiting', 1059),
  s.exit('a', 1060),
  s.released('a', 1150),
];

/** The Service's only Pod is deleted; its nodes' rules are left to say. */
const ONLY_POD_GOES: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.slice(110, 1, { a: 'ready' }),
  s.route('node1', 'listed', 'a', 120),
  s.route('node2', 'listed', 'a', 120),
  s.phase('baseline', 500),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1001),
  s.action('a', 'accepted', 1004),
  s.pod('MODIFIED', 'a', 1006, { deleting: true }),
  ...GRACEFUL,
  s.slice(1070, 2, {}),
];

function request(startMs: number, endMs: number, changes: Partial<RequestRecord>): RequestRecord {
  return failed(1, startMs, { clientPort: PORT, endNs: Math.round(endMs * NS_PER_MS), ...changes });
}
const REUSED = { requestOnConnection: 7, connectionAgeMs: 600 };

export const SCENES: readonly Scene[] = [
  {
    name: 'a fresh connection to a Pod whose listener is closed, before the node has dropped it',
    cause: 'listener-closed-still-routed',
    confidence: 'certain',
    pod: 'web-a',
    request: request(1070, 1071, {}),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      s.sent('a', PORT, SEEN, 1070.2),
      s.podReset('a', SEEN, 'NO_SOCKET', 1070.3),
      ...AFTER,
    ],
  },
  {
    name: 'a fresh connection to a Pod whose network is gone',
    cause: 'pod-gone-still-routed',
    confidence: 'certain',
    pod: 'web-a',
    request: request(1160, 3160, { outcome: 'connect-timeout', errorCode: 'ETIMEDOUT' }),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      s.sent('a', PORT, SEEN, 1160.2),
      s.retransmit(PORT, 2160),
      ...AFTER.filter((event) => event.type !== 'endpoint-routed'),
      s.route('node1', 'removed', 'a', 1250),
      s.route('node2', 'removed', 'a', 1260),
    ],
  },
  {
    name: 'a request that a Pod has when it is killed',
    cause: 'killed-in-flight',
    confidence: 'certain',
    pod: 'web-a',
    request: request(1020, 1030.6, { outcome: 'closed-early', errorCode: null }),
    events: [
      ...BEFORE,
      s.sent('a', PORT, SEEN, 1020.2),
      s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 1020.1),
      s.signal('a', 9, 1030),
      s.exit('a', 1030.2),
      s.listener('a', 'CLOSE', 1030.3),
      s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 1030.4),
      s.released('a', 1150),
      ...AFTER,
    ],
  },
  {
    name: 'a kept-alive connection that the Pod closed before the request came',
    cause: 'keepalive-race',
    confidence: 'certain',
    pod: 'web-a',
    request: request(1040.5, 1041, { outcome: 'reset', errorCode: 'ECONNRESET', ...REUSED }),
    events: [
      ...BEFORE,
      s.sent('a', PORT, SEEN, 440.5),
      ...GRACEFUL,
      s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 1040.1),
      s.podReset('a', SEEN, 'TCP_STATE_UNKNOWN_DATA', 1040.7),
      ...AFTER,
    ],
  },
  {
    name: 'an error from a Pod that is going',
    cause: 'draining-rejected',
    confidence: 'certain',
    pod: 'web-a',
    request: request(1033, 1054, {
      outcome: 'http-error',
      status: 503,
      errorCode: null,
      pod: 'web-a',
      firstByteNs: 1053 * NS_PER_MS,
    }),
    events: [...BEFORE, ...GRACEFUL, s.sent('a', PORT, SEEN, 1033.2), ...AFTER],
  },
  {
    name: 'a Service with no Pod left, rejected by the node',
    cause: 'no-endpoints',
    confidence: 'likely',
    pod: null,
    request: request(1200, 1201, {}),
    events: [
      ...ONLY_POD_GOES,
      s.route('node1', 'removed', 'a', 1080),
      s.route('node2', 'removed', 'a', 1090),
      s.pod('DELETED', 'a', 1300, { deleting: true, terminated: true }),
      s.phase('stop-load', 4000),
      s.phase('clean-up', 4100),
    ],
  },
  {
    name: 'an attempt without an answer, repeated when the Service had no Pod left',
    cause: 'no-endpoints',
    confidence: 'weak',
    pod: null,
    request: request(1155, 2157, {}),
    events: [
      ...ONLY_POD_GOES,
      s.route('node1', 'removed', 'a', 1180),
      s.route('node2', 'removed', 'a', 1190),
      s.pod('DELETED', 'a', 1300, { deleting: true, terminated: true }),
      s.slice(2100, 3, { c: 'ready' }),
      s.retransmit(PORT, 2156),
      s.route('node2', 'added', 'c', 2250),
      s.phase('stop-load', 4000),
      s.phase('clean-up', 4100),
    ],
  },
  {
    name: 'a connection to a new Pod that does not listen yet',
    cause: 'replacement-not-ready',
    confidence: 'certain',
    pod: 'web-c',
    request: request(1500, 1501, {}),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      ...AFTER,
      s.pod('ADDED', 'c', 1100),
      s.pod('MODIFIED', 'c', 1400, { ready: true }),
      s.route('node1', 'added', 'c', 1450),
      s.sent('c', PORT, SEEN, 1500.2),
      s.podReset('c', SEEN, 'NO_SOCKET', 1500.3),
      s.listener('c', 'LISTEN', 1700),
    ],
  },
  {
    name: 'a Pod that stays and does not answer in time',
    cause: 'overload',
    confidence: 'likely',
    pod: 'web-b',
    request: request(1500, 3500, { outcome: 'response-timeout', errorCode: 'ETIMEDOUT' }),
    events: [...BEFORE, ...GRACEFUL, s.sent('b', PORT, SEEN, 1500.2), ...AFTER],
  },
  {
    name: 'a generator that ends its own connection',
    cause: 'client',
    confidence: 'certain',
    pod: 'web-b',
    request: request(1500, 1510.1, { outcome: 'reset', errorCode: 'ECONNRESET' }),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      s.sent('b', PORT, SEEN, 1500.2),
      s.socket('b', SEEN, 'ESTABLISHED', 'CLOSE_WAIT', 1510.05),
      s.clientReset(PORT, 1510),
      ...AFTER,
    ],
  },
  {
    name: 'a generator that resets its own connection',
    cause: 'client',
    confidence: 'certain',
    pod: 'web-b',
    request: request(1500, 1510.2, { outcome: 'reset', errorCode: 'ECONNRESET' }),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      s.sent('b', PORT, SEEN, 1500.2),
      s.clientSocket(PORT, 'ESTABLISHED', 'CLOSE', 1510),
      s.socket('b', SEEN, 'ESTABLISHED', 'CLOSE', 1510.04),
      s.clientReset(PORT, 1510.08),
      ...AFTER,
    ],
  },
  {
    name: 'a request that a process has when it exits by itself, and its container starts anew',
    cause: 'killed-in-flight',
    confidence: 'certain',
    pod: 'web-a',
    request: request(900, 1030.6, { outcome: 'closed-early', errorCode: null }),
    events: [
      ...BEFORE.filter(({ type, source }) => type === 'phase' || source === 'dataplane'),
      s.pod('LISTED', 'a', 100, { ready: true }),
      s.pod('LISTED', 'b', 100, { ready: true }),
      s.slice(110, 1, { a: 'ready', b: 'ready' }),
      s.facts('a', 400),
      s.sent('a', PORT, SEEN, 900.2),
      s.exit('a', 1030),
      s.listener('a', 'CLOSE', 1030.3),
      s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 1030.35, true),
      s.runtimeExit('a', 'ca2', 1800),
      s.phase('stop-load', 4000),
      s.phase('clean-up', 4100),
    ],
  },
  {
    name: 'a connection that was tracked late, and that the Pod’s kernel saw in time',
    cause: 'killed-in-flight',
    confidence: 'certain',
    pod: 'web-a',
    request: request(1010, 1130.6, { outcome: 'closed-early', errorCode: null }),
    events: [
      ...BEFORE,
      s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 1010.2),
      s.sent('a', PORT, SEEN, 1122),
      s.signal('a', 9, 1130),
      s.exit('a', 1130.2),
      s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 1130.4),
      s.released('a', 1150),
      ...AFTER,
    ],
  },
  {
    name: 'an error from a new Pod that has served nobody well yet',
    cause: 'replacement-not-ready',
    confidence: 'likely',
    pod: 'web-c',
    request: request(1500, 1502, {
      outcome: 'http-error',
      status: 503,
      errorCode: null,
      firstByteNs: 1501 * NS_PER_MS,
    }),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      ...AFTER,
      s.pod('ADDED', 'c', 1100),
      s.listener('c', 'LISTEN', 1300),
      s.pod('MODIFIED', 'c', 1400, { ready: true }),
      s.route('node1', 'added', 'c', 1450),
      s.sent('c', PORT, SEEN, 1500.2),
      s.sent('c', PORT + 1, SEEN + 1, 1900.2),
    ],
  },
  {
    name: 'a kept-alive connection that an app closed as idle just after its log shipper had ended',
    cause: 'keepalive-race',
    confidence: 'likely',
    pod: 'web-a',
    request: request(1039, 1040.6, { outcome: 'reset', errorCode: 'ECONNRESET', ...REUSED }),
    events: withLogShipper([
      ...BEFORE,
      s.facts('a', 400),
      s.sent('a', PORT, SEEN, 439),
      s.logShipperExit(1035),
      ...GRACEFUL,
      s.socket('a', SEEN, 'ESTABLISHED', 'CLOSE', 1040.1),
      s.podReset('a', SEEN, 'TCP_ABORT_ON_CLOSE', 1040.11),
      ...AFTER,
    ]),
  },
  {
    name: 'a request that an app has when it is killed, with a log shipper beside it that ends later',
    cause: 'killed-in-flight',
    confidence: 'certain',
    pod: 'web-a',
    request: request(1020, 1030.6, { outcome: 'closed-early', errorCode: null }),
    events: withLogShipper([
      ...BEFORE,
      s.sent('a', PORT, SEEN, 1020.2),
      s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 1020.1),
      s.signal('a', 9, 1030),
      s.exit('a', 1030.2),
      s.listener('a', 'CLOSE', 1030.3),
      s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 1030.4),
      s.logShipperExit(1080),
      s.released('a', 1150),
      ...AFTER,
    ]),
  },
  {
    name: 'a Service with no Pod left, in a namespace with another Service whose Pods stay',
    cause: 'no-endpoints',
    confidence: 'likely',
    pod: null,
    request: request(1200, 1201, {}),
    events: [
      ...OTHER_SERVICE,
      ...ONLY_POD_GOES,
      s.route('node1', 'removed', 'a', 1080),
      s.route('node2', 'removed', 'a', 1090),
      s.pod('DELETED', 'a', 1300, { deleting: true, terminated: true }),
      s.phase('stop-load', 4000),
      s.phase('clean-up', 4100),
    ],
  },
  {
    name: 'a connection to a Pod whose StatefulSet has made another of its name since',
    cause: 'listener-closed-still-routed',
    confidence: 'certain',
    kind: 'StatefulSet',
    pod: 'web-a',
    request: request(1070, 1071, {}),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      s.sent('a', PORT, SEEN, 1070.2),
      s.podReset('a', SEEN, 'NO_SOCKET', 1070.3),
      ...AFTER,
      s.pod('ADDED', 's', 1310),
      s.listener('s', 'LISTEN', 1700),
      s.pod('MODIFIED', 's', 1800, { ready: true }),
      s.route('node1', 'added', 's', 1850),
    ],
  },
  {
    name: 'an error from the Pod that a StatefulSet made in the place of one of the same name',
    cause: 'replacement-not-ready',
    confidence: 'likely',
    kind: 'StatefulSet',
    pod: 'web-a',
    request: request(1750, 1752, {
      outcome: 'http-error',
      status: 503,
      errorCode: null,
      pod: 'web-a',
      firstByteNs: 1751 * NS_PER_MS,
    }),
    events: [
      ...BEFORE,
      ...GRACEFUL,
      ...AFTER,
      s.pod('ADDED', 's', 1310),
      s.listener('s', 'LISTEN', 1700),
      s.pod('MODIFIED', 's', 1800, { ready: true }),
      s.route('node1', 'added', 's', 1850),
    ],
  },
];
