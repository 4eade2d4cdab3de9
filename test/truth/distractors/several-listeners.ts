import type { Outcome } from '../../../src/model/request-record.ts';
import type { Distractor } from '../distractor.ts';
import { everySoOften } from './every-so-often.ts';

const LISTENERS = '3';
const EVERY_MS = 400;
/** What waits at a listener that closes is reset at once, though the port listens on; the client may be slow to hear. */
const HEARD_WITHIN_NS = 60e6;
/** A server that closes one of its listeners is not blocked: it accepts what waits before this. */
const LONGEST_WAIT_NS = 1500e6;
/** What a connection that is not accepted can come to by the close of its listener. */
const BY_A_CLOSE: readonly Outcome[] = ['refused', 'reset', 'closed-early'];

export const severalListeners: Distractor = {
  name: 'several-listeners',
  does: 'three listeners share the port (SO_REUSEPORT), and one of them closes and another one opens all the time',
  happenings: ['worker-closed'],
  dressApp: (app) => ({ ...app, env: { ...app.env, LISTENERS } }),
  begin: async (stage) => {
    const pods = await stage.pods();
    return everySoOften(stage, EVERY_MS, async () => {
      for (const pod of pods) {
        // A Pod that is blocked or gone does not do as it is told.
        await stage.tryCommand(pod, 'close-worker');
        await stage.tryCommand(pod, 'open-worker');
      }
    });
  },
  excuse: (request, truth) =>
    request.requestOnConnection === 0 &&
    BY_A_CLOSE.includes(request.outcome) &&
    truth.endedDuring(
      request,
      { begins: 'closing-worker', done: 'worker-closed' },
      { afterwardsNs: HEARD_WITHIN_NS, longestWaitNs: LONGEST_WAIT_NS },
    )
      ? 'it may have waited at a listener that closed'
      : null,
};
