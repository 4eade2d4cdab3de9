import { getSystemErrorName } from 'node:util';
import type { RequestEnding } from '../classify-outcome.ts';

/** What k6 says of how a request ended. */
export interface K6Ending {
  /** `0` where there was no whole answer. */
  readonly status: string;
  /** Number by k6's own list (lib/netext/httpext/error_codes.go); empty where there was none. */
  readonly errorCode: string;
  /** Its words. */
  readonly error: string;
  /** A connection was there, fresh or reused. */
  readonly connected: boolean;
}

/** The numbers that stand for one errno name. */
const ERRNO: Readonly<Record<string, string>> = {
  '1201': 'EPIPE',
  '1212': 'ECONNREFUSED',
  '1220': 'ECONNRESET',
};
const REQUEST_TIMEOUT = '1050';
const DIAL_TIMEOUT = '1211';
/** 1100: the look-up failed; 1101: no such host. */
const LOOK_UP: Readonly<Record<string, string>> = { '1100': 'K6_1100', '1101': 'ENOTFOUND' };
/** "errno 113", "errno `113`": k6 has no name for it. */
const UNKNOWN_ERRNO = /unknown errno `?(\d+)/;

/**
 * Turns k6's error numbers into endings. What has an errno gets its name; the rest keeps its number as `K6_1000`. Of 1000,
 * which k6 gives to all that it does not know, the words tell the server's FIN ("EOF") and answers that are no HTTP.
 */
export function k6Ending({ status, errorCode, error, connected }: K6Ending): RequestEnding {
  if (status !== '' && status !== '0') return { how: 'answered' };
  if (errorCode === DIAL_TIMEOUT || (errorCode === REQUEST_TIMEOUT && !connected))
    return { how: 'connect-timeout' };
  if (errorCode === REQUEST_TIMEOUT) return { how: 'response-timeout' };
  const lookUp = LOOK_UP[errorCode];
  if (lookUp !== undefined) return { how: 'unresolved', errorCode: lookUp };
  const errno = ERRNO[errorCode] ?? errnoIn(error);
  if (errno !== undefined) return { how: 'failed', errorCode: errno };
  if (/\bEOF$|server closed idle connection/.test(error)) return { how: 'closed' };
  const code = `K6_${errorCode === '' ? '1000' : errorCode}`;
  if (/malformed|invalid|transport connection broken/.test(error))
    return { how: 'malformed', errorCode: code };
  return { how: 'failed', errorCode: code };
}

function errnoIn(error: string): string | undefined {
  const number = UNKNOWN_ERRNO.exec(error)?.[1];
  return number === undefined ? undefined : getSystemErrorName(-Number(number));
}
