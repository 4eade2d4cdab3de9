import fc from 'fast-check';

import { scene as s } from '../../write-scene.ts';
import {
  clientReset,
  closedByClient,
  connectionTo,
  opened,
  PORT,
  resetInPod,
  rowOf,
  SEEN,
} from '../connection.ts';
import { anyGoing, closedMs, deletion, type Going } from '../going.ts';
import { ageMs, between, mostly } from '../numbers.ts';
import { storyIn, type Connection, type Story } from '../story.ts';
import { toNs } from '../words.ts';
import { endedBy } from './killed.ts';

/** A connection to a Pod that stays, or to the one that goes, often just before its end. */
interface Scene {
  readonly going: Going;
  readonly connection: Connection;
  /** When it is over. */
  readonly at: number;
}

const anyScene: fc.Arbitrary<Scene> = fc
  .record({
    going: anyGoing,
    pod: fc.constantFrom('a', 'b'),
    ageMs,
    part: mostly(0, 0.02, 1),
    took: mostly(0.5, 20, 300),
  })
  .map(({ going, pod, ageMs: age, part, took }) => {
    const at = pod === 'b' ? 700 + part * 3000 : going.exitMs - 0.4 - part * (going.exitMs - 700);
    const before = pod === 'b' ? at : Math.min(at, closedMs(going) - 0.5);
    const start = age === null ? Math.min(at - took, before) : at - took;
    return { going, at, connection: connectionTo(pod, start, at + 0.2, age, before) };
  });

/** The client itself resets its connection. */
export const ownDoing = anyScene.map(({ going, connection, at }): Story => {
  const request = rowOf(connection, endedBy('unread'));
  return storyIn(
    deletion(going),
    { what: 'the client reset its own connection', truth: ['client'], connection, request },
    [
      ...opened(connection),
      s.clientSocket(PORT, 'ESTABLISHED', 'CLOSE', at),
      s.clientReset(PORT, at + 0.01),
      ...resetInPod(connection, at + 0.06, connection.startMs + 0.3),
    ],
  );
});

/** Something between the two resets the connection, to both sides or to one of them: neither of them did it. */
export const middlebox = fc
  .tuple(anyScene, fc.constantFrom('both sides', 'the Pod first', 'the client only'))
  .map(([scene, whom]): Story => {
    const { going, at } = scene;
    const { startMs, openMs, pod } = scene.connection;
    // Of a kept-alive one that only the Pod was told of, the client learns when it sends the next request.
    const first = whom === 'the Pod first' && openMs < startMs;
    const connection = first ? { ...scene.connection, startMs: at + 3, endMs: at + 3.3 } : scene.connection;
    const request = rowOf(connection, endedBy('unread'));
    return storyIn(
      deletion(going),
      { what: `something in between reset the connection to ${whom}`, truth: [], connection, request },
      [
        ...opened(connection),
        ...(whom === 'the client only' ? [] : resetInPod(connection, at, first ? undefined : startMs + 0.2)),
        ...(first ? [s.podReset(pod, SEEN, 'NO_SOCKET', at + 3.1)] : []),
        ...clientReset(PORT, 'ESTABLISHED', connection.endMs - 0.1),
      ],
    );
  });

/** A node loses a connection that stands: nobody gets the request, and the node answers the client that gives up. */
export const forgotten = fc
  .record({ going: anyGoing, ageMs, start: between(620, 4000) })
  .map(({ going, ageMs: age, start }): Story => {
    const connection = connectionTo('b', start, start + 1500, age);
    const request = rowOf(connection, { outcome: 'response-timeout', errorCode: null });
    return storyIn(
      deletion(going),
      { what: 'a node had forgotten the connection', truth: [], connection, request },
      [...opened(connection), s.nodeReset(PORT, 'NO_SOCKET', connection.endMs + 0.1)],
    );
  });

/** An answer that is no HTTP: the client closes, whatever becomes of the Pod. */
export const malformed = anyScene.map(({ going, connection, at }): Story => {
  const row = {
    outcome: 'truncated',
    errorCode: 'HPE_INVALID_CONSTANT',
    firstByteNs: toNs(at - 0.1),
  } as const;
  const request = rowOf({ ...connection, endMs: at }, row);
  return storyIn(
    deletion(going),
    { what: 'the answer was no HTTP, and the client closed', truth: [], connection, request },
    [...opened(connection), ...closedByClient(connection, at, connection.startMs + 0.3)],
  );
});
