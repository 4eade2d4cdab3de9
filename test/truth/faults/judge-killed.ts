import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { Judgement } from '../fault.ts';
import type { Truth } from '../truth.ts';

/** A server had the request and never answered it; nothing but its end keeps a server of these trials from answering. */
export function judgeKilled(request: RequestRecord, truth: Truth): Judgement {
  if (truth.of(request, 'arrived') === undefined) {
    return { notCounted: 'no server had read it: it came just before the end, or after it' };
  }
  if (truth.of(request, 'answered') !== undefined) return { notCounted: 'a server answered it all the same' };
  return { cause: 'killed-in-flight' };
}
