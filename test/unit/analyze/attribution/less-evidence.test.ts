import { describe, expect, it } from 'vitest';

import { agreeOnCause } from '../../../../src/analyze/attribution/agree-on-cause.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { Attribution, Cause } from '../../../../src/model/attribution.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { failed } from '../build-history.ts';
import { attributeScene } from './attribute-scene.ts';
import { SCENES } from './scenes.ts';
import { numbered, scene as s } from './write-scene.ts';

const without =
  (...types: readonly NewHistoryEvent['type'][]) =>
  (event: NewHistoryEvent): boolean =>
    !types.includes(event.type);
const KERNEL = ['signal-sent', 'process-exit', 'socket-state', 'reset-sent', 'retransmit'] as const;
const NODES = ['conntrack', 'endpoint-routed', 'pod-network'] as const;

async function attribute(
  cause: Cause,
  keep: (event: NewHistoryEvent) => boolean,
  changes: Partial<RequestRecord> = {},
): Promise<Attribution> {
  const scene = SCENES.find((each) => each.cause === cause);
  if (scene === undefined) throw new Error(`no scene of ${cause}`);
  return await attributeScene(numbered(scene.events.filter(keep)), { ...scene.request, ...changes });
}

const brief = ({ cause, confidence, podProof }: Attribution): readonly unknown[] => [
  cause,
  confidence,
  podProof,
];

describe('a history of watch, audit log and app stamps only', () => {
  const keep = without(...KERNEL, ...NODES);

  it('takes the only Pod that had closed its listener for the one that refused', async () => {
    const found = await attribute('listener-closed-still-routed', keep);
    expect(brief(found)).toEqual(['listener-closed-still-routed', 'likely', 'elimination']);
    expect(found.pod).toBe('web-a');
    expect(found.missing).toContain('which Pod it was sent to (connection tracking)');
  });

  it('knows an app that had answered all from one that was killed over its requests', async () => {
    const closed = { outcome: 'reset', errorCode: 'ECONNRESET' } as const;
    const graceful = await attribute('listener-closed-still-routed', keep, {
      ...closed,
      startNs: 1035 * NS_PER_MS,
      endNs: 1062 * NS_PER_MS,
    });
    expect(brief(graceful)).toEqual(['listener-closed-still-routed', 'likely', 'elimination']);
    const killed = await attribute(
      'listener-closed-still-routed',
      (event) => keep(event) && !(event.type === 'app-stamp' && event.stamp !== 'exiting'),
      { ...closed, startNs: 1035 * NS_PER_MS, endNs: 1062 * NS_PER_MS },
    );
    expect(brief(killed)).toEqual(['killed-in-flight', 'likely', 'elimination']);
  });

  it('believes the Pod that answered', async () => {
    expect(brief(await attribute('draining-rejected', keep))).toEqual([
      'draining-rejected',
      'likely',
      'answer',
    ]);
  });

  it('believes who said that there is no such host, although the network was seen to go only later', async () => {
    const scene = SCENES.find(({ cause }) => cause === 'pod-gone-still-routed');
    const events = (scene?.events ?? []).filter(without('conntrack', 'retransmit', 'pod-network'));
    const request = failed(1, 1065, {
      endNs: 1066 * NS_PER_MS,
      outcome: 'unreachable',
      errorCode: 'EHOSTUNREACH',
    });
    const found = await attributeScene(numbered([...events, s.released('a', 1080)]), request);
    expect(brief(found)).toEqual(['pod-gone-still-routed', 'likely', 'elimination']);
    expect(found.missing).toContain('when the network of web-a was released');
  });

  it('names both causes where it depends on which Pod it was', async () => {
    const scene = SCENES.find(({ cause }) => cause === 'keepalive-race');
    const events: readonly NewHistoryEvent[] = [
      ...(scene?.events ?? []).filter((event) => keep(event) && event.type !== 'app-stamp'),
      s.auditDelete('b', 1001),
      s.pod('MODIFIED', 'b', 1003, { ready: true, deleting: true }),
      s.stamp('a', 'exiting', 1060),
      s.stamp('b', 'signal', 1030),
      s.stamp('b', 'exiting', 1200),
    ];
    const request = failed(1, 1045, {
      endNs: 1062 * NS_PER_MS,
      outcome: 'reset',
      requestOnConnection: 3,
      connectionAgeMs: 500,
    });
    const found = await attributeScene(numbered(events), request);
    expect(found.cause).toBe('ambiguous');
    expect(found.candidates).toEqual(['keepalive-race', 'killed-in-flight']);
    expect(found.pod).toBeNull();
  });
});

describe('a close seen in the kernel', () => {
  const base = SCENES.find(({ cause }) => cause === 'keepalive-race');
  const reused = { outcome: 'reset', requestOnConnection: 3, connectionAgeMs: 600 } as const;
  const others = (base?.events ?? []).filter(
    (event) => !(event.type === 'reset-sent' || (event.type === 'socket-state' && event.remotePort !== 0)),
  );
  const at = async (startMs: number, ...close: readonly NewHistoryEvent[]): Promise<Attribution> => {
    const request = failed(1, startMs, { ...reused, endNs: 1070 * NS_PER_MS, clientPort: 40_001 });
    const sent = s.sent('a', 40_001, 51_234, startMs - 600);
    const events = [...others.filter(without('conntrack')), sent, ...close];
    return await attributeScene(numbered(events), request);
  };
  const fin = (ms: number) => s.socket('a', 51_234, 'ESTABLISHED', 'FIN_WAIT1', ms);

  it('within the moment in which the request came leaves race and kill open', async () => {
    const found = await at(1040, fin(1040.1));
    expect([found.cause, found.candidates]).toEqual(['ambiguous', ['keepalive-race', 'killed-in-flight']]);
  });

  it('before the request came is a race, for certain once the client is known to have been told', async () => {
    expect(brief(await at(1041, fin(1040.1)))).toEqual(['keepalive-race', 'likely', 'conntrack']);
    const refused = s.podReset('a', 51_234, 'NO_SOCKET', 1041.2);
    expect(brief(await at(1041, fin(1040.1), refused))).toEqual(['keepalive-race', 'certain', 'conntrack']);
  });

  it('by the end of the process, long after the request was sent, is most likely a kill', async () => {
    expect(brief(await at(1045, fin(1060.1)))).toEqual(['killed-in-flight', 'likely', 'conntrack']);
  });

  it('by the end of the very process that had read the request is a kill for certain', async () => {
    const read = s.closedAfterRead('a', 51_234, 'FIN_WAIT1', 1045.2, 1060.1);
    expect(brief(await at(1045, read))).toEqual(['killed-in-flight', 'certain', 'conntrack']);
    // What it read before belonged to the request before.
    const earlier = s.closedAfterRead('a', 51_234, 'FIN_WAIT1', 1030, 1060.1);
    expect(brief(await at(1045, earlier))).toEqual(['killed-in-flight', 'likely', 'conntrack']);
  });

  it('before the request came is a race although it was long on its way, when the kernel refused it', async () => {
    const refused = s.podReset('a', 51_234, 'TCP_ABORT_ON_DATA', 1045.6);
    expect(brief(await at(1040, fin(1045.3), refused))).toEqual(['keepalive-race', 'certain', 'conntrack']);
  });

  it('with the request unread, by an app that lives on, is a race all the same', async () => {
    const found = await at(
      1039,
      s.socket('a', 51_234, 'ESTABLISHED', 'CLOSE', 1040.1),
      s.podReset('a', 51_234, 'TCP_ABORT_ON_CLOSE', 1040.11),
    );
    expect(brief(found)).toEqual(['keepalive-race', 'likely', 'conntrack']);
  });

  it('by a FIN just as the listener closed is no listener’s doing: a process had the connection', async () => {
    const request = failed(1, 1005, { outcome: 'closed-early', endNs: 1041 * NS_PER_MS, clientPort: 40_001 });
    const events = [
      ...others.filter(without('conntrack')),
      s.sent('a', 40_001, 51_234, 1005.2),
      s.socket('a', 51_234, 'ESTABLISHED', 'FIN_WAIT1', 1040.01),
    ];
    const found = await attributeScene(numbered(events), request);
    expect(brief(found)).toEqual(['killed-in-flight', 'likely', 'conntrack']);
  });

  it('of what waited to be accepted when the listener closed is the listener’s doing', async () => {
    const request = failed(1, 1039, { outcome: 'reset', endNs: 1041 * NS_PER_MS, clientPort: 40_001 });
    const events = [
      ...others.filter(without('conntrack')),
      s.sent('a', 40_001, 51_234, 1039.2),
      s.socket('a', 51_234, 'ESTABLISHED', 'CLOSE', 1040.01),
      s.podReset('a', 51_234, 'TCP_STATE', 1040.02),
    ];
    const found = await attributeScene(numbered(events), request);
    expect(brief(found)).toEqual(['listener-closed-still-routed', 'likely', 'conntrack']);
  });

  it('is that too when the close was held up, for what had come after something that it dropped', async () => {
    const request = failed(1, 1039, { outcome: 'reset', endNs: 1051 * NS_PER_MS, clientPort: 40_001 });
    const queue = (aheadAt: number) => [
      ...others.filter(without('conntrack')),
      s.sent('a', 40_001, 51_234, 1039.2),
      s.socket('a', 51_000, 'SYN_RECV', 'ESTABLISHED', aheadAt),
      s.socket('a', 51_234, 'SYN_RECV', 'ESTABLISHED', 1039.3),
      s.podReset('a', 51_000, 'TCP_STATE', 1040.02),
      s.socket('a', 51_234, 'ESTABLISHED', 'CLOSE', 1050.01),
      s.podReset('a', 51_234, 'TCP_STATE', 1050.02),
    ];
    const behind = await attributeScene(numbered(queue(1038)), request);
    expect(brief(behind)).toEqual(['listener-closed-still-routed', 'likely', 'conntrack']);
    // What came before the one that was dropped may have been accepted.
    const ahead = await attributeScene(numbered(queue(1039.6)), request);
    expect(brief(ahead)).toEqual(['killed-in-flight', 'likely', 'conntrack']);
  });
});

describe('a history of nothing but the harness’s own words', () => {
  const keep = without(...KERNEL, ...NODES, 'object', 'audit', 'app-stamp');

  it.each(SCENES.map(({ cause }) => [cause] as const))('is certain of nothing: %s', async (cause) => {
    const { confidence, missing, evidence } = await attribute(cause, keep);
    expect(confidence).not.toBe('certain');
    expect(missing.length + evidence.length).toBeGreaterThan(0);
  });
});

describe('a connection that was not tracked', () => {
  const gone = SCENES.find(({ cause }) => cause === 'pod-gone-still-routed');
  const untracked = (gone?.events ?? []).filter(without('conntrack'));
  const attributed = async (remoteAddress: string) => {
    if (gone === undefined) throw new Error('no such scene');
    const peer = {
      ...s.socket('b', 40_001, 'SYN_RECV', 'ESTABLISHED', 1200),
      remoteAddress,
    } as NewHistoryEvent;
    const other = s.sent('b', 40_009, 40_001, 1199);
    return await attributeScene(numbered([...untracked, peer, other]), gone.request);
  };

  it('is not taken for a node’s own connection that has its port by chance', async () => {
    expect(brief(await attributed('198.18.16.11'))).toEqual([
      'pod-gone-still-routed',
      'likely',
      'elimination',
    ]);
  });

  it('is known where the Pod sees the client as itself', async () => {
    expect((await attributed('198.18.16.1')).podProof).toBe('kernel');
  });
});

describe('a connection that was tracked late', () => {
  it('is no proof of its Pod as long as nobody else saw it there', async () => {
    const late = SCENES.find(({ name }) => name.startsWith('a connection that was tracked late'));
    if (late === undefined) throw new Error('no such scene');
    const unseen = late.events.filter(
      (event) => event.type !== 'socket-state' || event.remotePort === 0 || event.localPort !== 8080,
    );
    const found = await attributeScene(numbered(unseen), late.request);
    expect(brief(found)).toEqual(['killed-in-flight', 'weak', 'conntrack']);
  });
});

describe('a Pod that did not answer', () => {
  it('is known to have been there when its end began only later, though nothing else was seen of it', async () => {
    const events = [
      s.pod('LISTED', 'a', 100, { ready: true }),
      s.pod('LISTED', 'b', 100, { ready: true }),
      s.phase('disrupt', 1000),
      s.sent('b', 40_001, 51_234, 1500.2),
      s.sent('a', 40_002, 51_235, 1500.4),
      s.phase('clean-up', 4100),
    ];
    const silent = { outcome: 'connect-timeout', endNs: 3500 * NS_PER_MS, clientPort: 40_001 } as const;
    const ending = (key: 'a' | 'b') => s.pod('MODIFIED', key, 4200, { ready: true, deleting: true });
    const seen = await attributeScene(numbered([...events, ending('b')]), failed(1, 1500, silent));
    expect(brief(seen)).toEqual(['overload', 'likely', 'conntrack']);
    const unseen = await attributeScene(numbered([...events, ending('a')]), failed(1, 1500, silent));
    expect(unseen.cause).toBe('unexplained');
  });
});

describe('a connection of the same client port to another address at the same time', () => {
  const gone = SCENES.find(({ cause }) => cause === 'pod-gone-still-routed');
  const elsewhere = {
    ...s.sent('b', 40_001, 51_234, 1210),
    serviceAddress: '198.18.16.12',
  } as NewHistoryEvent;
  const attributed = async (known: readonly NewHistoryEvent[], serverAddress: string | null) => {
    if (gone === undefined) throw new Error('no such scene');
    const events = [...gone.events.filter(without('conntrack')), elsewhere, ...known];
    return await attributeScene(numbered(events), { ...gone.request, serverAddress });
  };
  const other = s.sent('b', 40_009, 51_300, 1100);

  it('is not taken for the one that failed', async () => {
    expect(brief(await attributed([other], '198.18.16.11'))).toEqual([
      'pod-gone-still-routed',
      'likely',
      'elimination',
    ]);
    expect((await attributed([other], '198.18.16.12')).podProof).toBe('conntrack');
  });

  it('cannot be told from it where the address is translated on its way to the nodes, or not known', async () => {
    expect((await attributed([other], '203.0.113.7')).podProof).toBe('conntrack');
    expect((await attributed([other], null)).podProof).toBe('conntrack');
  });
});

describe('an error from a new Pod', () => {
  it('that had served somebody well before is a matter of load', async () => {
    const early = SCENES.find(({ name }) => name.startsWith('an error from a new Pod'));
    if (early === undefined) throw new Error('no such scene');
    const events = [...early.events, s.sent('c', 40_007, 51_777, 1470)];
    const found = await attributeScene(numbered(events), early.request);
    expect(brief(found)).toEqual(['overload', 'likely', 'conntrack']);
  });

  it('that had served well on this very connection is a matter of load too', async () => {
    const early = SCENES.find(({ name }) => name.startsWith('an error from a new Pod'));
    if (early === undefined) throw new Error('no such scene');
    const ms = (value: number) => value * NS_PER_MS;
    const later = { ...early.request, requestOnConnection: 1, connectionAgeMs: 20, startNs: ms(1520) };
    const request = { ...later, intendedNs: ms(1520), firstByteNs: ms(1521), endNs: ms(1522) };
    const served = { ...early.request, id: 7, outcome: 'ok', status: 200, errorCode: null } as const;
    const found = await attributeScene(numbered(early.events), request, 'Deployment', [served]);
    expect(brief(found)).toEqual(['overload', 'likely', 'conntrack']);
  });
});

describe('a request whose load has a clock of its own', () => {
  it('has no order with a step that is nearer than that clock is known', async () => {
    const scene = SCENES.find(({ cause }) => cause === 'draining-rejected');
    if (scene === undefined) throw new Error('no such scene');
    const by = (ms: number) =>
      attributeScene(numbered(scene.events), scene.request, 'Deployment', [], ms * NS_PER_MS);
    expect((await by(0)).cause).toBe('draining-rejected');
    expect((await by(0.5)).cause).toBe('draining-rejected');
    expect(await by(2000)).toMatchObject({
      cause: 'ambiguous',
      candidates: ['draining-rejected', 'overload'],
    });
  });
});

describe('an answer that names another Pod than connection tracking', () => {
  it('is that Pod’s, and nothing certain', async () => {
    const found = await attribute('draining-rejected', () => true, { pod: 'web-b' });
    expect(found.confidence).not.toBe('certain');
    expect(found.pod).toBe('web-b');
    expect(found.evidence.map(({ what }) => what)).toContain(
      'by its port it was sent to Pod web-a, but web-b answered it',
    );
  });
});

describe('a client that goes to the Pods’ own addresses', () => {
  const closed = SCENES.find(({ cause }) => cause === 'listener-closed-still-routed');

  it('has named its Pod, whatever else others could have done', async () => {
    const events = (closed?.events ?? []).filter(without('conntrack', 'reset-sent'));
    const both = [...events, s.listener('b', 'CLOSE', 1040), s.auditDelete('b', 1001)];
    const request = failed(1, 1070, { clientPort: 40_001, serverAddress: '198.18.0.2' });
    const found = await attributeScene(numbered(both), request);
    expect(brief(found)).toEqual(['listener-closed-still-routed', 'likely', 'address']);
    expect(found.pod).toBe('web-a');
  });
});

describe('an error from a Pod that is going', () => {
  const busy = (atMs: number) =>
    failed(1, atMs - 1, {
      outcome: 'http-error',
      status: 503,
      errorCode: null,
      pod: 'web-a',
      firstByteNs: atMs * NS_PER_MS,
      endNs: (atMs + 1) * NS_PER_MS,
    });
  const draining = SCENES.find(({ cause }) => cause === 'draining-rejected')?.events ?? [];
  const at = async (atMs: number, keep: (event: NewHistoryEvent) => boolean = () => true) =>
    await attributeScene(numbered(draining.filter(keep).filter(without('conntrack'))), busy(atMs));

  it('that nothing had told of it yet may as well be too busy', async () => {
    const found = await at(1012);
    expect([found.cause, found.candidates]).toEqual(['ambiguous', ['draining-rejected', 'overload']]);
  });

  it('is no certainty where nobody saw when the app was told', async () => {
    const untold = await at(1053, without('signal-sent', 'app-stamp'));
    expect(brief(untold)).toEqual(['draining-rejected', 'weak', 'answer']);
  });

  it('is its own from a preStop hook on that runs in it, and not from one that sleeps', async () => {
    const withHook = async (preStop: object) => {
      const hooked = draining.map((event) => {
        if (event.type !== 'object' || event.kind !== 'Pod') return event;
        const spec = { containers: [{ name: 'app', lifecycle: { preStop } }] };
        return { ...event, object: { ...event.object, spec } };
      });
      const started: NewHistoryEvent = {
        ...{ type: 'kubelet', atNs: 1008 * NS_PER_MS, uncertaintyNs: NS_PER_MS, source: 'kubelet' },
        ...{ node: 'node1', step: 'prestop-started', podUid: 'uid-a', container: 'app', subject: null },
      };
      return await attributeScene(numbered([...hooked.filter(without('conntrack')), started]), busy(1020));
    };
    expect(brief(await withHook({ exec: { command: ['drain'] } }))).toEqual([
      'draining-rejected',
      'likely',
      'answer',
    ]);
    expect((await withHook({ sleep: { seconds: 5 } })).cause).toBe('ambiguous');
  });
});

describe('a Pod whose sandbox was seen to end, and not its network', () => {
  const gone = SCENES.find(({ cause }) => cause === 'pod-gone-still-routed');

  it('is likely gone, and nothing says that its network was released', async () => {
    const stopped: NewHistoryEvent = {
      ...{
        type: 'runtime',
        atNs: 1150 * NS_PER_MS,
        uncertaintyNs: NS_PER_MS,
        source: 'runtime',
        node: 'node1',
      },
      ...{ topic: '/tasks/exit', container: { podUid: 'uid-a', containerId: 'pause-a' }, sandbox: true },
      exitStatus: 137,
    };
    if (gone === undefined) throw new Error('no such scene');
    const events = [...gone.events.filter(without('pod-network')), stopped];
    const found = await attributeScene(numbered(events), gone.request);
    expect(brief(found)).toEqual(['pod-gone-still-routed', 'likely', 'conntrack']);
    expect(found.evidence.map(({ what }) => what).join()).not.toContain('released');
  });
});

describe('a Service with no Pod left', () => {
  const rejected = SCENES.find(({ cause }) => cause === 'no-endpoints')?.events ?? [];

  it('is asked for at the time of the attempt, not when its failure was known', async () => {
    const silent = failed(1, 1050, { outcome: 'connect-timeout', endNs: 3050 * NS_PER_MS });
    const calm = rejected.filter(without('endpoint-routed', 'pod-network', 'signal-sent', 'process-exit'));
    const found = await attributeScene(numbered(calm), silent);
    expect(found.evidence.map(({ what }) => what)).not.toContain('no Pod was left in the EndpointSlices');
  });

  it('is asked for at the node that the client went to, and at no other', async () => {
    const early = [
      ...rejected.filter((event) => event.type !== 'endpoint-routed' || event.node !== 'node2'),
      s.route('node2', 'listed', 'a', 120),
      s.pod('LISTED', 'b', 100),
    ];
    const to = async (serverAddress: string) =>
      await attributeScene(numbered(early), failed(1, 1200, { serverAddress }));
    expect((await to('198.18.16.11')).cause).toBe('no-endpoints');
    expect((await to('198.18.16.12')).cause).not.toBe('no-endpoints');
    // An address that is translated on its way: it may have been the node that had a route.
    expect(brief(await to('203.0.113.7'))).toEqual(['no-endpoints', 'weak', null]);
  });
});

describe('an address that was given to a new Pod', () => {
  it('is the old one’s until its network is released, although the new one was there before', async () => {
    const closed = SCENES.find(({ cause }) => cause === 'listener-closed-still-routed');
    if (closed === undefined) throw new Error('no such scene');
    const early = s.pod('ADDED', 'c', 1020);
    const late = s.pod('MODIFIED', 'c', 1900, { ready: true });
    if (early.type !== 'object' || late.type !== 'object') throw new Error('no object');
    const status = { ...(late.object['status'] as object), podIP: '198.18.0.2' };
    const successor = [
      { ...early, object: { ...early.object, status: {} } },
      { ...late, object: { ...late.object, status } },
    ];
    const found = await attributeScene(numbered([...closed.events, ...successor]), closed.request);
    expect([found.pod, found.cause]).toEqual(['web-a', 'listener-closed-still-routed']);
    const after = await attributeScene(numbered([...closed.events, ...successor]), {
      ...closed.request,
      startNs: 1500 * NS_PER_MS,
      endNs: 1501 * NS_PER_MS,
      serverAddress: '198.18.0.2',
    });
    expect(after.pod).toBe('web-c');
  });
});

describe('several Pods that could have failed it in different ways', () => {
  it('leave the likeliest causes, and the others are named', () => {
    const conclude = (cause: Cause, confidence: 'likely' | 'weak') => ({ cause, confidence, because: '' });
    const found = agreeOnCause([
      conclude('draining-rejected', 'weak'),
      conclude('replacement-not-ready', 'likely'),
      conclude('no-endpoints', 'likely'),
    ]);
    expect(found.candidates).toEqual(['no-endpoints', 'replacement-not-ready']);
    expect(found.because).toContain('less likely, draining-rejected');
  });
});
