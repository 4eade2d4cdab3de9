import type { Verdict } from '../../model/verdict.ts';

const FROM_WORST: readonly Verdict[] = ['void', 'fail', 'inconclusive', 'pass'];

/** `void` dominates, then `fail`, then `inconclusive`: a whole is as good as its worst part. Nothing at all is void. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return FROM_WORST.find((verdict) => verdicts.includes(verdict)) ?? 'void';
}
