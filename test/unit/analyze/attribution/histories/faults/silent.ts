import { scene as s } from '../../write-scene.ts';
import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import type { Connection } from '../story.ts';
import { toNs } from '../words.ts';

export const TIMED_OUT = { outcome: 'connect-timeout', errorCode: 'ETIMEDOUT' } as const;
export const NO_HOST = { outcome: 'unreachable', errorCode: 'EHOSTUNREACH' } as const;

/** No answer at all: the SYN is sent again after one second, and the client gives up after two, or is told before. */
export function unanswered({ port, startMs, endMs }: Connection): readonly NewHistoryEvent[] {
  return [s.retransmit(port, startMs + 1000), s.clientSocket(port, 'SYN_SENT', 'CLOSE', endMs - 0.05)].filter(
    ({ atNs }) => atNs < toNs(endMs),
  );
}
