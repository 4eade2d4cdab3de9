import fc from 'fast-check';

import { request } from '../../../build-history.ts';
import { OTHER_SERVICE, PODS, scene as s } from '../../write-scene.ts';
import { between, mostly } from '../numbers.ts';
import { withEvents, type Change, type Story } from '../story.ts';
import { but, toNs, word } from '../words.ts';

/** Earlier requests on the same connection were answered well, the last of them shortly before. */
export const answeredBefore: fc.Arbitrary<Change> = fc.constant((story: Story): Story => {
  const { connection } = story;
  if (connection === null || connection.answeredMs === null) return story;
  const { answeredMs, openMs, port, pod } = connection;
  if (answeredMs - 4 < openMs) return story;
  const rows = [openMs, answeredMs - 2].map((at, index) =>
    request(20 + index, at, {
      ...{ clientPort: port, pod: PODS[pod].name, requestOnConnection: index, connectionAgeMs: at - openMs },
      ...{ serverAddress: story.request.serverAddress, startNs: toNs(at), intendedNs: toNs(at) },
      ...{ firstByteNs: toNs(at + 1), endNs: toNs(at + 2) },
    }),
  );
  return { ...story, others: [...story.others.filter(({ id }) => id !== 20 && id !== 21), ...rows] };
});

/** Pod `a` was not Ready for a while, long before it was deleted. */
export const readinessFlaps: fc.Arbitrary<Change> = fc
  .record({ from: between(510, 800), lasts: between(20, 180), log: fc.boolean() })
  .map(
    ({ from, lasts, log }) =>
      (story: Story): Story =>
        withEvents(story, [
          word.kubelet('a', 'probe-failed', from, { subject: 'Readiness' }),
          s.pod('MODIFIED', 'a', from + 5),
          s.slice(from + 8, 2, { b: 'ready' }),
          ...(log ? [but(s.stamp('a', 'signal', from), { stamp: 'readiness-flipped' })] : []),
          word.kubelet('a', 'probe-passed', from + lasts, { subject: 'Readiness' }),
          s.pod('MODIFIED', 'a', from + lasts + 5, { ready: true }),
          s.slice(from + lasts + 8, 2, { a: 'ready', b: 'ready' }),
        ]),
  );

/** Another Service of the namespace. */
export const otherService: fc.Arbitrary<Change> = fc.constant((story: Story): Story =>
  withEvents(story, OTHER_SERVICE),
);

/** The network lost a packet: something was sent again, and nothing came of it. */
export const packetSentAgain: fc.Arbitrary<Change> = mostly(0.2, 30, 300).map(
  (before) =>
    (story: Story): Story => {
      const { connection } = story;
      if (connection === null) return story;
      const again = s.retransmit(
        connection.port,
        Math.max(connection.endMs - before, connection.startMs + 0.2),
      );
      return withEvents(story, [but(again, { state: 'ESTABLISHED' })]);
    },
);
