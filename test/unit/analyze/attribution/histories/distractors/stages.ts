import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import { PODS, scene as s } from '../../write-scene.ts';
import { PORT } from '../connection.ts';
import { anyGoing, end } from '../going.ts';
import { between } from '../numbers.ts';
import { withEvents, type Change, type Connection, type Story } from '../story.ts';
import { but, CLIENT, NODE1, PID, word } from '../words.ts';

/** The Pods’ own addresses are behind a node that does not masquerade: Pods see the client itself. */
const notMasqueraded: fc.Arbitrary<Change> = fc.constant((story: Story): Story => {
  const { connection } = story;
  if (connection === null) return story;
  return { ...story, connection: asItself(connection), events: story.events.map(unmasked) };
});

const asItself = (c: Connection): Connection => ({ ...c, masqueraded: false, seenPort: c.port });

function unmasked(event: NewHistoryEvent): NewHistoryEvent {
  if (event.type === 'conntrack') return but(event, { seenAddress: CLIENT, seenPort: event.clientPort });
  const inPod = 'remoteAddress' in event && event.remoteAddress === NODE1 && event.localAddress !== CLIENT;
  return inPod ? but(event, { remoteAddress: CLIENT, remotePort: PORT }) : event;
}

/** The load runs inside, finds the Pods by a headless Service, and connects to their own addresses. */
const headless: fc.Arbitrary<Change> = fc.constant((story: Story): Story => {
  const { connection } = story;
  const several = new Set(story.events.flatMap((event) => (event.type === 'conntrack' ? [event.podIP] : [])));
  // Whoever chooses a Pod by himself is sent nowhere else.
  if (connection === null || several.size > 1) return story;
  const { podIP } = PODS[connection.pod];
  const events = story.events.map(unmasked).map((event): NewHistoryEvent => {
    if (event.type === 'conntrack') return but(event, { serviceAddress: podIP, servicePort: 8080 });
    const onClient = 'localAddress' in event && event.localAddress === CLIENT;
    return onClient ? but(event, { remoteAddress: podIP, remotePort: 8080 }) : event;
  });
  const request = { ...story.request, serverAddress: podIP };
  return { ...story, events, request, connection: asItself(connection), via: 'headless', clockMs: 0.05 };
});

/** Pod `b` is deleted with `a`, and goes in a way of its own. */
const bothGo: fc.Arbitrary<Change> = anyGoing.map((going) => (story: Story): Story => {
  const { connection, toldMs, runsUntil, others } = story;
  if (connection?.pod === 'b' || toldMs === null || runsUntil.b === undefined || others.length > 0)
    return story;
  if (story.connection === null) return story;
  const events = story.events.filter((event) => !isSlice(event) && event.atNs !== 8800e6);
  return withEvents({ ...story, events, runsUntil: { ...runsUntil, b: going.exitMs } }, [
    ...end('b', going),
    s.slice(110, 1, { a: 'ready', b: 'ready' }),
    s.slice(1015, 3, { a: 'draining', b: 'draining' }),
    s.slice(Math.max(going.goneMs, runsUntil.a ?? 0) + 5, 4, {}),
  ]);
});

const isSlice = (event: NewHistoryEvent): boolean =>
  event.type === 'object' && event.kind === 'EndpointSlice';

/** A StatefulSet makes another Pod of the same name once `a` is gone. */
const sameName: fc.Arbitrary<Change> = fc
  .tuple(between(1, 20), between(50, 300))
  .map(([soon, later]) => (story: Story): Story => {
    const gone = story.events.find(
      (event) => event.type === 'object' && event.change === 'DELETED' && event.uid === PODS.a.uid,
    );
    if (gone === undefined || story.runsUntil.c !== undefined) return story;
    const at = gone.atNs / 1e6 + soon;
    return withEvents({ ...story, kind: 'StatefulSet' }, [
      s.pod('ADDED', 's', at),
      word.networkUp('s', at + 20),
      s.pod('MODIFIED', 's', at + 30),
      but(s.listener('s', 'LISTEN', at + later), { pid: PID.s }),
      s.pod('MODIFIED', 's', at + later + 20, { ready: true }),
      s.route('node1', 'added', 's', at + later + 40),
    ]);
  });

/** What is decided before anything else happens: the way of requests to Pods, and which Pods there are. */
export const STAGES: Readonly<Record<string, fc.Arbitrary<Change>>> = {
  notMasqueraded,
  headless,
  bothGo,
  sameName,
};
