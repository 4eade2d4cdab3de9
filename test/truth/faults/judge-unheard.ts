import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { Judgement, SeededCause } from '../fault.ts';
import type { Truth } from '../truth.ts';

/**
 * A request that no server heard of, under way at a time at which only one thing could keep it from being heard. All
 * servers' records are whole, so that what is in none of them came to none.
 */
export function judgeUnheard(
  request: RequestRecord,
  truth: Truth,
  only: {
    readonly cause: SeededCause;
    readonly fromNs: number | undefined;
    readonly toNs: number | undefined;
  },
): Judgement {
  const { startNs, endNs } = request;
  if (startNs === null || endNs === null) return { notCounted: 'never sent' };
  if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
  if (endNs < (only.fromNs ?? Infinity)) return { notCounted: 'failed before the fault was played' };
  if (startNs > (only.toNs ?? Infinity)) return { notCounted: 'began after the fault was over' };
  return { cause: only.cause };
}
