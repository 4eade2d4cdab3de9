import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { Judgement } from '../fault.ts';
import type { Truth } from '../truth.ts';

/** The harness hears of a server's end when it comes to read of it. */
const HEARD_WITHIN_NS = 1e9;

/** A server had the request and never came to answer it; nothing but its end keeps a server of these trials from that. */
export function judgeKilled(request: RequestRecord, truth: Truth): Judgement {
  const arrived = truth.of(request, 'arrived');
  if (arrived === undefined) {
    return { notCounted: 'no server had read it: it came just before the end, or after it' };
  }
  // It lived, and was only slow: the client had given up by then.
  if (truth.of(request, 'too-late') !== undefined)
    return { notCounted: 'a server would have answered it, too late' };
  const ended = truth.first('stream-ended', arrived.pod ?? '');
  if (ended !== undefined && (request.endNs ?? Infinity) < ended.atNs - HEARD_WITHIN_NS)
    return { notCounted: 'the client had given up before the server ended' };
  if (truth.of(request, 'answered') !== undefined) return { notCounted: 'a server answered it all the same' };
  return { cause: 'killed-in-flight' };
}
