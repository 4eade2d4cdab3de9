import type { RequestRecord } from '../../model/request-record.ts';
import type { Conclusion } from './conclusion.ts';
import type { RequestFacts } from './request-facts.ts';

/** Error codes that only the client itself can cause. */
const OWN_CODES = new Set([
  'ECONNABORTED',
  'ABORT_ERR',
  'UND_ERR_ABORTED',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
  'ERR_SOCKET_CLOSED',
  'ERR_STREAM_DESTROYED',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
]);
/** Outcomes after which a client closes its connection because it has given up waiting. */
const GIVES_UP = new Set(['connect-timeout', 'response-timeout', 'http-error']);

/** The answer was no HTTP, which makes the client close: the fault is the server's. */
export function isMalformed({ errorCode }: RequestRecord): boolean {
  return errorCode?.startsWith('HPE_') === true;
}

/** The generator's own doing: its error code says so, or it ended the connection before the Pod did. Else `null`. */
export function judgeOwnDoing(facts: RequestFacts): Conclusion | null {
  const { record, closedByClient } = facts;
  if (record.errorCode !== null && OWN_CODES.has(record.errorCode)) {
    return {
      cause: 'client',
      confidence: 'certain',
      because: `the load generator’s own error ${record.errorCode}: nobody else can cause it`,
      evidence: [
        { eventId: null, atNs: facts.endNs, what: `the load generator failed with ${record.errorCode}` },
      ],
    };
  }
  if (closedByClient === null || GIVES_UP.has(record.outcome) || isMalformed(record)) return null;
  const { event, seen } = closedByClient;
  const told = event.type === 'socket-state' && event.to === 'CLOSE_WAIT';
  return {
    cause: 'client',
    // The RST alone could be the client’s answer to an end that nobody saw.
    confidence: seen && !facts.targetDoubtful ? 'certain' : 'likely',
    because: 'the load generator ended the connection itself, before the Pod did',
    evidence: [
      {
        eventId: event.id,
        atNs: event.atNs,
        what: told ? 'the Pod was told that the client closed' : 'the client reset its own connection',
      },
    ],
  };
}
