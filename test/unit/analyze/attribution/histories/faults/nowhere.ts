import fc from 'fast-check';

import type { Cause } from '../../../../../../src/model/attribution.ts';
import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import { PODS, scene as s } from '../../write-scene.ts';
import { clientReset, connectionTo, PORT, rowOf } from '../connection.ts';
import { anyGoing, deletion, graceful, nobodyGoes } from '../going.ts';
import { between, mostly } from '../numbers.ts';
import { storyIn, type Story, type World } from '../story.ts';
import { word } from '../words.ts';

/** The node has nowhere to send it, and says so at once. */
function rejected(world: World, what: string, truth: readonly Cause[], start: number, took: number): Story {
  const request = rowOf(connectionTo('a', start, start + took, null), {});
  const own = { what, truth, request, connection: null };
  return storyIn(world, own, clientReset(PORT, 'SYN_SENT', start + 0.2));
}

/** The only Pod went. */
export const noEndpoints = fc
  .record({ going: graceful, later: mostly(4, 60, 1500), took: between(0.3, 3) })
  .map(({ going, later, took }): Story => {
    const world = deletion(going);
    const events = world.events
      .filter((event) => !isOfB(event) && !(event.type === 'object' && event.kind === 'EndpointSlice'))
      .concat(
        s.slice(110, 1, { a: 'ready' }),
        s.slice(1015, 2, { a: 'draining' }),
        s.slice(going.exitMs + 9, 3, {}),
      );
    const start = Math.max(going.node1RemovedMs, going.exitMs) + later;
    const alone = { ...world, events, runsUntil: { a: going.exitMs } };
    return rejected(
      alone,
      'the Service had no Pod left, and the node refused',
      ['no-endpoints'],
      start,
      took,
    );
  });

function isOfB(event: NewHistoryEvent): boolean {
  return (
    (event.type === 'object' && event.uid === PODS.b.uid) ||
    (event.type === 'endpoint-routed' && event.podIP === PODS.b.podIP) ||
    (event.type === 'process-facts' && event.pod === PODS.b.name)
  );
}

/** The survivors' own readiness probe takes them out under load: there are Pods, and none is Ready. */
export const probedOut = fc
  .record({ at: between(600, 2500), later: mostly(4, 200, 900), took: between(0.3, 3) })
  .map(({ at, later, took }): Story => {
    const world = nobodyGoes();
    const events = [
      ...world.events,
      ...(['a', 'b'] as const).flatMap((pod) => [
        word.kubelet(pod, 'probe-failed', at, { subject: 'Readiness' }),
        s.pod('MODIFIED', pod, at + 5),
        ...(['node1', 'node2'] as const).map((node) => s.route(node, 'removed', pod, at + 30)),
      ]),
      s.slice(at + 10, 5, { a: 'unready', b: 'unready' }),
    ];
    const what = 'no Pod was Ready: their probes failed under load';
    return rejected({ ...world, events }, what, ['overload'], at + 40 + later, took);
  });

const NOT_FOUND = { truth: ['name-not-found'], codes: ['ENOTFOUND', 'ENODATA'] } as const;
const SILENT = { truth: ['name-server-silent'], codes: ['EAI_AGAIN', 'ESERVFAIL'] } as const;

/** The name of a headless Service: it does not exist, it has no address, or the name server is silent. */
export const notResolved = fc
  .record({
    going: anyGoing,
    at: between(600, 4000),
    which: fc.constantFrom(NOT_FOUND, SILENT),
    code: fc.nat(1),
  })
  .map(({ going, at, which: { truth, codes }, code }): Story => {
    const errorCode = codes[code] ?? codes[0];
    const nowhere = { clientPort: null, serverAddress: null, connection: null } as const;
    const row = rowOf(connectionTo('a', at, at + 3, null), { outcome: 'unreachable', errorCode, ...nowhere });
    const what = `the name could not be resolved (${errorCode})`;
    return storyIn(deletion(going), { what, truth, request: row, connection: null }, []);
  });
