import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import { request } from '../../../build-history.ts';
import { PODS, scene as s, type PodKey } from '../../write-scene.ts';
import { established, SEEN } from '../connection.ts';
import { between, mostly } from '../numbers.ts';
import { withEvents, type Change, type Connection, type Story } from '../story.ts';
import { but, CLIENT, NODE1, NODE2, PID, toNs } from '../words.ts';

const OTHER_CLIENT = '198.18.16.9';

/** As a Pod sees a client that came by node2. */
const byNode2 = (event: NewHistoryEvent): NewHistoryEvent => but(event, { remoteAddress: NODE2 });
const byOtherClient = (sent: NewHistoryEvent): NewHistoryEvent =>
  but(sent, { node: 'node2', clientAddress: OTHER_CLIENT, serviceAddress: NODE2, seenAddress: NODE2 });
/** By the app's first process, which had read what came. */
const byApp = (event: NewHistoryEvent, pod: PodKey, readMs: number): NewHistoryEvent =>
  but(event, { pid: PID[pod], lastReadNs: toNs(readMs) });

const HOW = ['by the client', 'by the Pod', 'unread', 'reset by the client'] as const;

/** How a connection ends that is none of the request's business. */
function ended(
  how: (typeof HOW)[number],
  pod: PodKey,
  port: number,
  openMs: number,
  at: number,
): readonly NewHistoryEvent[] {
  const left = (to: string) => byApp(s.socket(pod, port, 'ESTABLISHED', to, at, true), pod, openMs + 0.4);
  return {
    'by the client': [s.socket(pod, port, 'ESTABLISHED', 'CLOSE_WAIT', at)],
    'by the Pod': [left('FIN_WAIT1')],
    unread: [left('CLOSE'), s.podReset(pod, port, 'TCP_ABORT_ON_CLOSE', at + 0.01)],
    'reset by the client': [s.socket(pod, port, 'ESTABLISHED', 'CLOSE', at)],
  }[how];
}

/** Another client came by node2, and by chance has the same port there. */
export const samePortElsewhere: fc.Arbitrary<Change> = fc
  .record({
    ...{ age: between(5, 900), endedBefore: mostly(0, 100, 900), how: fc.constantFrom(...HOW) },
    ...{ samePort: fc.boolean(), tracked: fc.boolean() },
  })
  .map(({ age, endedBefore, how, samePort, tracked }) => (story: Story): Story => {
    const { connection } = story;
    if (connection === null || connection.pod === 'c') return story;
    const { pod, seenPort, port } = connection;
    const at = connection.endMs - endedBefore;
    const open = Math.max(at - age, 300);
    if (at < open + 1 || at > (story.runsUntil[pod] ?? 0)) return story;
    const sent = byOtherClient(s.sent(pod, samePort ? port : 40_777, seenPort, open));
    const inside = [established(pod, seenPort, open + 0.05), ...ended(how, pod, seenPort, open, at)];
    return withEvents(story, [...(tracked ? [sent] : []), ...inside.map(byNode2)]);
  });

/**
 * The very ends of the connection were another one's, before it was opened or after it had ended. A node that masquerades
 * gives no port again so soon, and neither does a client for a connection that it closed itself.
 */
export const sameEndsAgain: fc.Arbitrary<Change> = fc
  .record({
    ...{ how: fc.constantFrom('by the Pod', 'unread', 'reset by the client'), later: fc.boolean() },
    ...{ apart: mostly(3, 10, 300), lasted: between(1, 80) },
  })
  .map(({ how, apart, lasted, later }) => (story: Story): Story => {
    const { connection } = story;
    if (connection === null || connection.masqueraded || connection.pod === 'c' || isAmongOthers(story))
      return story;
    const { pod, port } = connection;
    const open = later ? connection.endMs + apart : connection.openMs - apart - lasted;
    if (open < 300 || open + lasted > (story.runsUntil[pod] ?? 0) - 1) return story;
    return withEvents(
      answered(story, port, pod, open),
      asSeen(connection, [
        s.sent(pod, port, port, open + 0.05),
        established(pod, port, open + 0.1),
        ...ended(how, pod, port, open, open + lasted),
      ]),
    );
  });

/** The client's port carried another connection before, to another Pod, which ended well. */
export const portUsedBefore: fc.Arbitrary<Change> = fc
  .record({ before: mostly(3, 400, 3000), lasted: between(1, 100) })
  .map(({ before, lasted }) => (story: Story): Story => {
    const { connection } = story;
    if (connection === null) return story;
    const { port } = connection;
    const tracked = story.events.find((event) => event.type === 'conntrack' && event.clientPort === port);
    const open = Math.min(connection.openMs, (tracked?.atNs ?? Infinity) / 1e6) - before - lasted;
    const pod = connection.pod === 'b' ? 'a' : 'b';
    if (open < 200 || open + lasted > (story.runsUntil[pod] ?? 0) - 5 || isAmongOthers(story)) return story;
    const seenPort = connection.masqueraded ? SEEN - 11 : port;
    return withEvents(
      answered(story, port, pod, open),
      asSeen(connection, [
        s.sent(pod, port, seenPort, open + 0.05),
        established(pod, seenPort, open + 0.1),
        ...ended('by the Pod', pod, seenPort, open, open + lasted),
        s.clientSocket(port, 'ESTABLISHED', 'CLOSE_WAIT', open + lasted + 0.1),
      ]),
    );
  });

/** The same port leads to node2 at the same time: a connection of its own, to another server. */
export const portToOtherServer: fc.Arbitrary<Change> = fc
  .record({ how: fc.constantFrom(...HOW), from: between(1, 100), until: mostly(-2, 2, 40) })
  .map(({ how, from, until }) => (story: Story): Story => {
    const { connection } = story;
    if (connection === null || connection.pod === 'c' || story.via !== undefined) return story;
    const { port, startMs, endMs } = connection;
    const pod = connection.pod === 'b' ? 'a' : 'b';
    const [open, at] = [startMs - from, Math.max(endMs + until, startMs - from + 1.2)];
    if (open < 300 || at > (story.runsUntil[pod] ?? 0) - 1) return story;
    const there = { node: 'node2', serviceAddress: NODE2, seenAddress: NODE2 };
    const row = { ...rowAt(open), clientPort: port, serverAddress: NODE2, pod: PODS[pod].name };
    const inside = [established(pod, SEEN + 5, open + 0.1), ...ended(how, pod, SEEN + 5, open, at)];
    const told = but(
      s.clientSocket(port, 'ESTABLISHED', how === 'unread' ? 'CLOSE' : 'CLOSE_WAIT', at + 0.1),
      {
        remoteAddress: NODE2,
      },
    );
    return withEvents({ ...story, others: [...story.others, request(31, open, row)] }, [
      but(s.sent(pod, port, SEEN + 5, open + 0.05), there),
      ...inside.map(byNode2),
      ...(how === 'by the Pod' || how === 'unread' ? [told] : []),
    ]);
  });

/** Other clients of the same Pod, by node2, are refused and reset, too. */
export const othersFail: fc.Arbitrary<Change> = fc
  .record({ near: between(-40, 40), reason: fc.constantFrom('NO_SOCKET', 'TCP_STATE', 'TCP_ABORT_ON_CLOSE') })
  .map(({ near, reason }) => (story: Story): Story => {
    const { connection } = story;
    if (connection === null) return story;
    const { pod, endMs } = connection;
    const [at, over] = [endMs + near, story.runsUntil[pod] ?? 0];
    const refused = reason === 'NO_SOCKET';
    if (refused ? at < over || at > over + 12 : at > over) return story;
    const port = SEEN + 1000;
    const before = [
      established(pod, port, at - 30),
      s.socket(pod, port, 'ESTABLISHED', 'CLOSE', at - 0.01, true),
    ];
    return withEvents(story, [
      byOtherClient(s.sent(pod, 42_000, port, refused ? at - 0.1 : at - 30.1)),
      ...[...(refused ? [] : before), s.podReset(pod, port, reason, at)].map(byNode2),
    ]);
  });

/** A row of the ledger for a request that this connection carried, and that was answered well. */
function answered(story: Story, clientPort: number, pod: PodKey, openMs: number): Story {
  const row = { ...rowAt(openMs), clientPort, pod: PODS[pod].name };
  return { ...story, others: [...story.others, request(30, openMs, row)] };
}

const isAmongOthers = ({ others }: Story): boolean => others.some(({ id }) => id === 30);

const rowAt = (at: number) => ({
  ...{ startNs: toNs(at), intendedNs: toNs(at), firstByteNs: toNs(at + 0.4), endNs: toNs(at + 0.5) },
});

/** Where nobody masquerades, the Pod sees the client itself. */
function asSeen({ masqueraded }: Connection, events: readonly NewHistoryEvent[]): readonly NewHistoryEvent[] {
  if (masqueraded) return events;
  return events.map((event) => {
    if (event.type === 'conntrack') return but(event, { seenAddress: CLIENT });
    return 'remoteAddress' in event && event.remoteAddress === NODE1 && event.localAddress !== CLIENT
      ? but(event, { remoteAddress: CLIENT })
      : event;
  });
}
