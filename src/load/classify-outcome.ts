import type { Outcome } from '../model/request-record.ts';

/** How a request ended, as seen on its socket. Nothing is judged here yet. */
export type RequestEnding =
  /** The whole answer arrived. */
  | { readonly how: 'answered' }
  /** The server sent FIN before the answer was whole. */
  | { readonly how: 'closed' }
  /** The socket failed with this errno name. */
  | { readonly how: 'failed'; readonly errorCode: string }
  /** The answer was not HTTP/1.1; the parser's name for what was wrong. */
  | { readonly how: 'malformed'; readonly errorCode: string }
  /** The name that it was to be sent to had no address; the look-up's error, e.g. `ENOTFOUND`, `ESERVFAIL`. */
  | { readonly how: 'unresolved'; readonly errorCode: string }
  | { readonly how: 'connect-timeout' }
  | { readonly how: 'response-timeout' }
  /** The load was stopped first. */
  | { readonly how: 'stopped' }
  /** The generator never put it on the wire. */
  | { readonly how: 'not-sent'; readonly errorCode: string };

/** How far the request had got when it ended. */
export interface RequestProgress {
  /** The connection was established. */
  readonly connected: boolean;
  /** At least one byte of the final answer arrived (an interim 1xx answer does not count). */
  readonly answerBegan: boolean;
  readonly status: number | null;
}

/** Turns what was seen into the one outcome of the vocabulary. Pure; the table is DESIGN.md §4. */
export function classifyOutcome(ending: RequestEnding, progress: RequestProgress): Outcome {
  switch (ending.how) {
    case 'answered':
      return (progress.status ?? 0) >= 400 ? 'http-error' : 'ok';
    case 'closed':
      return progress.answerBegan ? 'truncated' : 'closed-early';
    case 'malformed':
      return 'truncated';
    case 'failed':
      return classifyErrno(ending.errorCode, progress);
    case 'unresolved':
      return 'name-unresolved';
    case 'connect-timeout':
    case 'response-timeout':
    case 'not-sent':
      return ending.how;
    case 'stopped':
      return 'censored';
  }
}

/** This host could not even begin: nothing reached the wire. */
const LOCAL = new Set([
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EPERM',
  'EINVAL',
  'EAFNOSUPPORT',
]);

/**
 * What a look-up says instead of an address, by getaddrinfo (`EAI_…`; Node calls its "no such name" `ENOTFOUND`) or by
 * c-ares. `ETIMEOUT` is the name server's silence, unlike `ETIMEDOUT`, the peer's.
 */
const LOOK_UP = new Set([
  'ENOTFOUND',
  'ENODATA',
  'ESERVFAIL',
  'ETIMEOUT',
  'EREFUSED',
  'EFORMERR',
  'ENOTIMP',
  'EBADNAME',
  'EBADRESP',
  'ENONAME',
]);

function isLookUpError(errorCode: string): boolean {
  return LOOK_UP.has(errorCode) || errorCode.startsWith('EAI_');
}

function classifyErrno(errorCode: string, progress: RequestProgress): Outcome {
  if (!progress.connected) {
    if (LOCAL.has(errorCode)) return 'not-sent';
    if (isLookUpError(errorCode)) return 'name-unresolved';
    if (errorCode === 'ECONNREFUSED') return 'refused';
    if (errorCode === 'ETIMEDOUT') return 'connect-timeout';
    // Linux completes the handshake before the application is told: a RST right after it ends `connect` like this.
    if (errorCode === 'ECONNRESET' || errorCode === 'EPIPE') return 'reset';
    return 'unreachable';
  }
  if (errorCode === 'ETIMEDOUT') return 'response-timeout';
  return progress.answerBegan ? 'truncated' : 'reset';
}
