import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { Attribution } from '../../../../src/model/attribution.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { LOAD, failed, request as answered, streamed, trialRecord } from '../build-history.ts';
import { attributeScene } from './attribute-scene.ts';
import { numbered, PODS, scene as s } from './write-scene.ts';

const ms = (value: number): number => Math.round(value * NS_PER_MS);
const PORT = 40_001;
const SEEN = 51_234;
const OTHER_NODE = '198.18.16.12';

const BEFORE: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.slice(110, 1, { a: 'ready', b: 'ready' }),
  s.route('node1', 'listed', 'a', 120),
  s.route('node1', 'listed', 'b', 120),
  s.route('node2', 'listed', 'a', 120),
  s.route('node2', 'listed', 'b', 120),
  s.facts('a', 130),
  s.phase('baseline', 500),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1001),
  s.action('a', 'accepted', 1004),
  s.pod('MODIFIED', 'a', 1006, { ready: true, deleting: true }),
  s.slice(1015, 2, { a: 'draining', b: 'ready' }),
];
const GRACEFUL: readonly NewHistoryEvent[] = [
  s.signal('a', 15, 1030),
  s.listener('a', 'CLOSE', 1040),
  s.exit('a', 1060),
  s.released('a', 1150),
];
const KILLED: readonly NewHistoryEvent[] = [
  s.signal('a', 9, 1030),
  s.exit('a', 1030.2),
  s.listener('a', 'CLOSE', 1030.3),
  s.released('a', 1150),
];
const UNROUTED = [s.route('node1', 'removed', 'a', 1080), s.route('node2', 'removed', 'a', 1090)];
const AFTER: readonly NewHistoryEvent[] = [
  s.pod('DELETED', 'a', 1300, { deleting: true, terminated: true }),
  s.pod('MODIFIED', 'b', 3900, { ready: true }),
  s.phase('stop-load', 9000),
  s.phase('clean-up', 9100),
];
const REUSED = { requestOnConnection: 7, connectionAgeMs: 600 };

function row(startMs: number, endMs: number, changes: Partial<RequestRecord> = {}): RequestRecord {
  return failed(1, startMs, { clientPort: PORT, endNs: ms(endMs), ...changes });
}

async function judge(
  events: readonly NewHistoryEvent[],
  record: RequestRecord,
  others: readonly RequestRecord[] = [],
): Promise<Attribution> {
  return await attributeScene(numbered([...BEFORE, ...events, ...AFTER]), record, 'Deployment', others);
}

const brief = ({ cause, confidence }: Attribution): string => `${cause} ${confidence}`;

/** A further process in the container of Pod `a`, as a hook or a probe is one. */
function furtherProcess(
  pid: number,
  comm: string,
  endAt: number,
  signal: number | null,
): readonly NewHistoryEvent[] {
  const sent: NewHistoryEvent = {
    ...(s.signal('a', signal ?? 33, endAt - 1) as NewHistoryEvent & { type: 'signal-sent' }),
    pid,
    comm,
    senderComm: signal === null ? 'runc:[2:INIT]' : 'containerd-shim',
  };
  const exit: NewHistoryEvent = {
    ...(s.exit('a', endAt) as NewHistoryEvent & { type: 'process-exit' }),
    pid,
    comm,
  };
  return [sent, exit];
}

/** An event of another client's connection: its node gives it the same port that ours has. */
function ofOtherClient(event: NewHistoryEvent): NewHistoryEvent {
  return { ...event, remoteAddress: OTHER_NODE } as NewHistoryEvent;
}

describe('the end of a hook or a probe', () => {
  const idle = [
    s.sent('a', PORT, SEEN, 432.6),
    ...GRACEFUL,
    s.socket('a', SEEN, 'ESTABLISHED', 'CLOSE', 1033.8, true),
    s.podReset('a', SEEN, 'TCP_ABORT_ON_CLOSE', 1033.81),
  ];
  const reset = row(1032.6, 1034.4, { outcome: 'reset', errorCode: 'ECONNRESET', ...REUSED });

  it.each([
    [
      'an exec hook that the runtime set up with a signal of its own',
      furtherProcess(400, 'sleep', 1025, null),
    ],
    ['an exec probe that took too long and was killed', furtherProcess(401, 'check', 1033, 9)],
    ['both at once', [...furtherProcess(400, 'sleep', 1025, null), ...furtherProcess(401, 'check', 1033, 9)]],
  ])('is not the end of the app: %s', async (_what, processes) => {
    expect(brief(await judge([...processes, ...idle], reset))).toBe('keepalive-race likely');
  });

  it('is not the end of the app in a Pod that stays either', async () => {
    const events = [
      ...furtherProcess(402, 'check', 2000, 9).map((event) => ofPod(event, 'b')),
      s.sent('b', PORT, SEEN, 1500),
      s.socket('b', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 2000.1),
    ];
    const record = row(1990, 2000.5, {
      outcome: 'closed-early',
      errorCode: null,
      ...REUSED,
      connectionAgeMs: 490,
    });
    const found = await judge([...events, ...GRACEFUL, ...UNROUTED], record);
    expect(found.cause).not.toBe('killed-in-flight');
    expect(found.confidence).not.toBe('certain');
  });
});

describe('another client with the same port behind another address', () => {
  const ours = [
    s.sent('a', PORT, SEEN, 420),
    ...KILLED,
    s.closedAfterRead('a', SEEN, 'FIN_WAIT1', 1020.3, 1030.4),
  ];
  const cut = row(1020, 1030.6, { outcome: 'closed-early', errorCode: null, ...REUSED });

  it.each([
    ['whose connection the Pod closed', s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 900)],
    ['that closed its own connection', s.socket('a', SEEN, 'ESTABLISHED', 'CLOSE_WAIT', 900)],
    ['that closed its own connection meanwhile', s.socket('a', SEEN, 'ESTABLISHED', 'CLOSE_WAIT', 1025)],
    ['that the Pod reset', s.podReset('a', SEEN, 'TCP_ABORT_ON_CLOSE', 1025)],
    ['that was refused just then', s.podReset('a', SEEN, 'NO_SOCKET', 1030.5)],
  ])('explains nothing of ours: one %s', async (_what, other) => {
    expect(brief(await judge([ofOtherClient(other), ...ours], cut))).toBe('killed-in-flight certain');
  });

  it('had the ports before us: what ended its connection did not end ours', async () => {
    const earlier = [
      s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 300),
      s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 380),
      s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 420.3),
    ];
    expect(brief(await judge([...earlier, ...ours], cut))).toBe('killed-in-flight certain');
  });
});

describe('a connection that carried an answer', () => {
  it('was not ended by what had happened before that request was sent', async () => {
    // The same ends, and no new connection seen: it cannot have been ours that was closed at 700.
    const events = [
      s.sent('a', PORT, SEEN, 420),
      s.socket('a', SEEN, 'ESTABLISHED', 'FIN_WAIT1', 700),
      ...GRACEFUL,
    ];
    const before = answered(7, 900, { connection: 3, clientPort: PORT, ...REUSED, endNs: ms(905) });
    const record = row(1035, 1036, { outcome: 'reset', errorCode: 'ECONNRESET', ...REUSED, connection: 3 });
    const found = await judge(events, record, [before]);
    expect(found.evidence.map(({ atNs }) => atNs)).not.toContain(ms(700));
    expect(found.confidence).not.toBe('certain');
  });
});

describe('a SYN that had to be sent again', () => {
  it('is the Pod’s that took it at last, and hangs', async () => {
    const events = [
      ...GRACEFUL,
      s.sent('a', PORT, SEEN, 1160.2),
      s.retransmit(PORT, 2160),
      s.sent('b', PORT, 51_300, 2160.2),
      s.socket('b', 51_300, 'SYN_RECV', 'ESTABLISHED', 2160.4),
      s.route('node1', 'removed', 'a', 1250),
      s.route('node2', 'removed', 'a', 1260),
    ];
    const found = await judge(events, row(1160, 7160.5, { outcome: 'response-timeout', errorCode: null }));
    expect([brief(found), found.pod]).toEqual(['overload likely', 'web-b']);
  });
});

describe('a kept-alive connection whose Pod vanished', () => {
  const half = [
    ...GRACEFUL,
    ...UNROUTED,
    s.sent('a', PORT, SEEN, 420),
    s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 420.3),
  ];
  const on = (changes: Partial<RequestRecord>) =>
    row(2020, 7020, { ...changes, requestOnConnection: 7, connectionAgeMs: 1600 });

  it('is half open, and nothing was routed, when it hangs', async () => {
    const hung = on({ outcome: 'response-timeout', errorCode: null });
    expect(brief(await judge(half, hung))).toBe('half-open-connection certain');
    // Without its handshake it may be another connection from that port.
    expect(brief(await judge(half.slice(0, -1), hung))).toBe('half-open-connection likely');
  });

  it('is most likely half open when whoever has the address now resets it', async () => {
    const reset = on({ outcome: 'reset', errorCode: 'ECONNRESET' });
    expect(brief(await judge(half, reset))).toBe('half-open-connection likely');
  });
});

describe('an address that is used again', () => {
  const up = (podIP: string, at: number): NewHistoryEvent => ({
    ...{ type: 'pod-network', node: 'node1', change: 'up', podIP },
    ...{ atNs: ms(at), uncertaintyNs: ms(1), source: 'dataplane' },
  });
  const late = [s.route('node1', 'removed', 'a', 1250), s.route('node2', 'removed', 'a', 1260)];

  it('by the replacement, while the old rule stands, is still the old Pod’s for the node', async () => {
    const withAddress = (event: NewHistoryEvent, podIP?: string): NewHistoryEvent => {
      if (event.type !== 'object') throw new Error('no object');
      return {
        ...event,
        object: { ...event.object, status: { ...(event.object['status'] as object), podIP } },
      };
    };
    const events = [
      ...GRACEFUL,
      withAddress(s.pod('ADDED', 'c', 1010)),
      up(PODS.a.podIP, 1200),
      withAddress(s.pod('MODIFIED', 'c', 1500), PODS.a.podIP),
      s.listener('c', 'LISTEN', 1700),
      s.sent('a', PORT, SEEN, 1230.2),
      s.podReset('a', SEEN, 'NO_SOCKET', 1230.4),
      ...late,
    ];
    const found = await judge(events, row(1230, 1230.8));
    expect([found.cause, found.pod]).toEqual(['pod-gone-still-routed', 'web-a']);
  });

  it('by a Pod that nobody watches is not the old Pod’s answer', async () => {
    const events = [
      ...GRACEFUL,
      up(PODS.a.podIP, 1200),
      s.sent('a', PORT, SEEN, 1230.2),
      s.podReset('a', SEEN, 'NO_SOCKET', 1230.4),
      ...late,
    ];
    expect((await judge(events, row(1230, 1230.8))).cause).toBe('pod-gone-still-routed');
  });

  it('by a client’s port whose old entry still leads to the Pod that is gone', async () => {
    const events = [...GRACEFUL, ...UNROUTED, s.sent('a', PORT, SEEN, 800)];
    const record = row(2000, 4000, { outcome: 'connect-timeout', errorCode: 'ETIMEDOUT' });
    expect(brief(await judge(events, record))).toBe('pod-gone-still-routed likely');
    // An entry that was forgotten leads nowhere.
    const forgotten = { ...s.sent('a', PORT, SEEN, 1900), change: 'destroy' } as NewHistoryEvent;
    expect((await judge([...events, forgotten], record)).podProof).not.toBe('conntrack');
    // Nor does one of a connection that both sides have ended: the next SYN from its port makes it anew.
    const ended = s.clientSocket(PORT, 'ESTABLISHED', 'CLOSE_WAIT', 820);
    expect((await judge([...events, ended], record)).podProof).not.toBe('conntrack');
  });
});

describe('an upload that is cut half-way', () => {
  it('is a kill, although the rest of its body is refused', async () => {
    const events = [
      s.sent('a', PORT, SEEN, 410),
      ...KILLED,
      s.closedAfterRead('a', SEEN, 'FIN_WAIT1', 1012, 1030.4),
      s.podReset('a', SEEN, 'TCP_ABORT_ON_DATA', 1030.6),
    ];
    const record = row(1010, 1031, { outcome: 'reset', errorCode: 'ECONNRESET', method: 'POST', ...REUSED });
    expect(brief(await judge(events, record))).toBe('killed-in-flight certain');
  });
});

describe('a RST that came in', () => {
  const cut = row(1500, 1510.2, {
    outcome: 'reset',
    errorCode: 'ECONNRESET',
    ...REUSED,
    connectionAgeMs: 300,
  });

  it('is not the Pod’s close, and who sent it is not known', async () => {
    const events = [
      ...GRACEFUL,
      ...UNROUTED,
      s.sent('b', PORT, SEEN, 1200),
      s.socket('b', SEEN, 'ESTABLISHED', 'CLOSE', 1510),
    ];
    const found = await judge(events, cut);
    expect(brief(found)).toBe('unexplained weak');
    expect(found.because).toContain('web-b did not close this connection');
  });

  it.each([0.01, 1.8, 30])(
    'is the Pod’s close where its kernel says so of the RST, %d ms later',
    async (lateMs) => {
      const events = [
        ...GRACEFUL,
        ...UNROUTED,
        s.sent('b', PORT, SEEN, 1200),
        s.socket('b', SEEN, 'ESTABLISHED', 'CLOSE', 1510),
        s.podReset('b', SEEN, 'TCP_ABORT_ON_CLOSE', 1510 + lateMs),
      ];
      const found = await judge(events, {
        ...cut,
        endNs: cut.endNs === null ? null : cut.endNs + lateMs * 1e6,
      });
      expect(found.because).toContain('web-b closed the connection');
      expect(found.cause).toBe('keepalive-race');
    },
  );

  it('is a middlebox’s where only the client got it, and no kernel that was watched had sent it', async () => {
    const events = [
      ...GRACEFUL,
      ...UNROUTED,
      s.sent('b', PORT, SEEN, 1200),
      s.socket('b', SEEN, 'SYN_RECV', 'ESTABLISHED', 1200.2),
      {
        ...s.clientReset(PORT, 1510),
        type: 'reset-received',
        reason: undefined,
      } as unknown as NewHistoryEvent,
      s.clientSocket(PORT, 'ESTABLISHED', 'CLOSE', 1510.01),
    ];
    const found = await judge(events, cut);
    expect(brief(found)).toBe('unexplained weak');
    expect(found.because).toContain('neither web-b nor a node did');
  });

  it('is not the end of the Pod that it was sent to, though that is near', async () => {
    const events = [
      s.sent('a', PORT, SEEN, 420),
      s.socket('a', SEEN, 'ESTABLISHED', 'CLOSE', 1055),
      ...GRACEFUL,
      ...UNROUTED,
    ];
    const record = row(1050, 1055.4, { outcome: 'reset', errorCode: 'ECONNRESET', ...REUSED });
    expect((await judge(events, record)).cause).toBe('unexplained');
  });
});

describe('a connection that was lost on its way', () => {
  const kept = { ...REUSED, connectionAgeMs: 300 };
  const made = [s.sent('b', PORT, SEEN, 1200), s.socket('b', SEEN, 'SYN_RECV', 'ESTABLISHED', 1200.2)];

  it('is nobody’s overload: the Pod’s side was reset, and the client waits in vain', async () => {
    const cut = s.socket('b', SEEN, 'ESTABLISHED', 'CLOSE', 1600);
    const record = row(1500, 3000, { outcome: 'response-timeout', errorCode: null, ...kept });
    expect(brief(await judge([...GRACEFUL, ...UNROUTED, ...made, cut], record))).toBe('unexplained weak');
    // A client that has given up resets the connection itself.
    const later = s.socket('b', SEEN, 'ESTABLISHED', 'CLOSE', 3000.1);
    expect(brief(await judge([...GRACEFUL, ...UNROUTED, ...made, later], record))).toBe('overload likely');
  });

  it('is nobody’s overload: the node knew it no more when the client gave up', async () => {
    const record = row(1500, 3000, { outcome: 'response-timeout', errorCode: null, ...kept });
    const unknown = s.nodeReset(PORT, 'NO_SOCKET', 3000.1);
    const found = await judge([...GRACEFUL, ...UNROUTED, ...made, unknown], record);
    expect(brief(found)).toBe('unexplained weak');
    expect(found.because).toContain('was lost from connection tracking');
  });

  it('is no race: a node had forgotten it, and took the request for a new one', async () => {
    const anew = s.sent('a', PORT, 51_999, 1500.1);
    const record = row(1500, 1500.6, { outcome: 'reset', errorCode: 'ECONNRESET', ...kept });
    const found = await judge([...GRACEFUL, ...UNROUTED, ...made, anew], record);
    expect(brief(found)).toBe('unexplained weak');
    expect(found.because).toContain('node1 had lost the connection to web-b');
  });
});

describe('an answer that is no HTTP', () => {
  it('is no kill, though the Pod is going', async () => {
    const record = row(1035, 1045, { outcome: 'truncated', errorCode: 'HPE_INVALID_CONSTANT' });
    const found = await judge([...GRACEFUL, ...UNROUTED, s.sent('a', PORT, SEEN, 1035.1)], record);
    expect(brief(found)).toBe('unexplained weak');
    expect(found.because).toContain('HPE_INVALID_CONSTANT');
  });
});

describe('an error status of a Pod that is going', () => {
  const error = (
    id: number,
    status: number,
    atMs: number,
    pod: string,
    changes: Partial<RequestRecord> = {},
  ) =>
    failed(id, atMs - 1, {
      ...{ outcome: 'http-error', status, errorCode: null, pod, clientPort: null },
      ...{ firstByteNs: ms(atMs), endNs: ms(atMs + 0.5), ...changes },
    });
  const all = async (records: readonly RequestRecord[], events: readonly NewHistoryEvent[] = GRACEFUL) => {
    const record = trialRecord({
      app: { kind: 'Deployment', service: 'web', port: 8080, container: 'app' },
      victims: [{ name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2' }],
    });
    const ledger = { load: 'fresh', intended: null, records: streamed(records), findings: () => [] };
    const trial = await analyzeTrial(
      {
        ...{ record, directory: 'trials/001-none', ledgers: [ledger], findings: [] },
        events: numbered([...BEFORE, ...events, ...UNROUTED, ...AFTER]),
      },
      [LOAD],
    );
    return trial.failures.map(({ attribution }) => brief(attribution));
  };
  const well = (id: number, atMs: number, pod: string) =>
    answered(id, atMs - 1, { pod, clientPort: null, endNs: ms(atMs) });

  it('is its rejection where it comes with the end: to all since it was told, to nobody before', async () => {
    const records = [
      well(1, 1012, 'web-a'),
      error(2, 503, 1033, 'web-a'),
      error(3, 503, 1040, 'web-a'),
      well(4, 1061, 'web-b'),
      error(5, 503, 1052, 'web-a'),
    ];
    expect(await all(records)).toEqual(Array(3).fill('draining-rejected likely'));
  });

  it('is not where Pods that stay give it, too', async () => {
    const records = [error(1, 500, 1033, 'web-a'), error(2, 500, 1034, 'web-b'), well(3, 1061, 'web-b')];
    expect(await all(records)).toEqual(['unexplained weak', 'unexplained weak']);
    const busy = [error(1, 503, 1033, 'web-a'), error(2, 503, 1034, 'web-b'), well(3, 1061, 'web-b')];
    expect(await all(busy)).toEqual(['overload weak', 'overload likely']);
  });

  it('is the app’s own where others get good answers from the same Pod meanwhile', async () => {
    const records = [error(1, 500, 1033, 'web-a'), well(2, 1059, 'web-a'), well(3, 1061, 'web-b')];
    expect(await all(records)).toEqual(['unexplained weak']);
  });

  it('is not told by a readiness that it lost before the delete', async () => {
    const flap: NewHistoryEvent = {
      ...{ type: 'app-stamp', stamp: 'readiness-flipped', pod: 'web-a', podUid: 'uid-a', container: 'app' },
      ...{ fields: {}, atNs: ms(1000.5), uncertaintyNs: 50_000, source: 'app-log' },
    };
    const early = error(1, 503, 1012, 'web-a');
    expect(await all([early], [flap, ...GRACEFUL])).toEqual(['ambiguous weak']);
  });
});

describe('survivors that their own readiness probe takes out', () => {
  const probe: NewHistoryEvent = {
    ...{ type: 'kubelet', node: 'node2', step: 'probe-failed', podUid: 'uid-b', container: 'app' },
    ...{ subject: 'Readiness', atNs: ms(1900), uncertaintyNs: ms(1), source: 'kubelet' },
  };
  const unready = s.slice(2000, 3, {}) as NewHistoryEvent & { type: 'object' };
  const conditions = { ready: false, serving: false, terminating: false };
  const endpoints = [{ addresses: [PODS.b.podIP], targetRef: { uid: 'uid-b', name: 'web-b' }, conditions }];
  const events = [
    ...GRACEFUL,
    ...UNROUTED,
    probe,
    { ...unready, object: { ...unready.object, endpoints } },
    s.route('node1', 'removed', 'b', 2050),
    s.route('node2', 'removed', 'b', 2060),
  ];

  it('are overloaded: nobody says that no Pod was left because of the one that went', async () => {
    const found = await judge(events, row(2200, 2201));
    expect(brief(found)).toBe('overload likely');
    expect(found.because).toContain('web-b, which stayed, had been taken out by its own readiness probe');
  });

  it('are so as long as the rules are still empty, which follow the EndpointSlices', async () => {
    const again = [...events, s.slice(2100, 4, { b: 'ready' })];
    const found = await judge(again, row(2200, 2201));
    expect(brief(found)).toBe('overload likely');
    expect(found.because).toContain('web-b, which stayed, had been taken out by its own readiness probe');
  });
});

describe('a connection that waited to be accepted', () => {
  it('before the delete was not sent to a Pod that no longer listened', async () => {
    const events = [
      s.sent('a', PORT, SEEN, 990.2),
      s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 990.3),
      ...GRACEFUL,
      s.socket('a', SEEN, 'ESTABLISHED', 'CLOSE', 1040.01, true),
      s.podReset('a', SEEN, 'TCP_STATE', 1040.02),
    ];
    const record = row(990, 1041, { outcome: 'reset', errorCode: 'ECONNRESET' });
    expect(brief(await judge(events, record))).toBe('killed-in-flight likely');
  });
});

describe('evidence from inside a gap', () => {
  it('of its own observer makes nothing certain', async () => {
    const events = [
      s.sent('a', PORT, SEEN, 1160.2),
      ...GRACEFUL,
      s.route('node1', 'removed', 'a', 1250),
      s.route('node2', 'removed', 'a', 1260),
    ];
    const record = row(1160, 3160, { outcome: 'connect-timeout', errorCode: 'ETIMEDOUT' });
    const blind = (observer: string, source: 'dataplane' | 'kernel-trace'): NewHistoryEvent => ({
      ...{ type: 'observation-gap', observer, fromNs: ms(1100), toNs: ms(1200), reason: 'it was away' },
      ...{ atNs: ms(1200), uncertaintyNs: 0, source },
    });
    expect(brief(await judge(events, record))).toBe('pod-gone-still-routed certain');
    const own = await judge([...events, blind('Pod network of node1', 'dataplane')], record);
    expect(brief(own)).toBe('pod-gone-still-routed likely');
    expect(own.missing.join()).toContain('it was away');
    const elsewhere = await judge([...events, blind('Pod network of node2', 'dataplane')], record);
    expect(elsewhere.confidence).toBe('certain');
  });

  it('whose clock was set does not place a release before the Pod’s own last sign', async () => {
    const events = [
      s.signal('a', 15, 1030),
      s.listener('a', 'CLOSE', 1600),
      s.exit('a', 1620),
      s.released('a', 1350),
      s.sent('a', PORT, SEEN, 1400.2),
    ];
    const record = row(1400, 3400, { outcome: 'connect-timeout', errorCode: 'ETIMEDOUT' });
    const found = await judge(events, record);
    expect([found.cause, found.candidates]).toEqual(['ambiguous', ['pod-gone-still-routed', 'overload']]);
  });
});

function ofPod(event: NewHistoryEvent, key: 'b'): NewHistoryEvent {
  return {
    ...event,
    container: { podUid: PODS[key].uid, containerId: PODS[key].containerId },
  } as NewHistoryEvent;
}
