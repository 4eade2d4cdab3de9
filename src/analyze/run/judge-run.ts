import type { Finding, Verdict } from '../../model/verdict.ts';
import type { StrategyResult } from '../run-result.ts';

/**
 * The verdict of a run: `void` when any finding of the run or any strategy is (void dominates). Otherwise, where
 * strategies are marked `mustPass`: `fail` when one of these fails, `pass` when all of them pass. Where none is
 * marked: `pass` when at least one strategy passes in all its cells, `fail` when every one fails. Else `inconclusive`.
 *
 * The 95 % are each strategy's own. That one of k passes by luck is more likely, see docs/methodology.md.
 */
export function judgeRun(strategies: readonly StrategyResult[], findings: readonly Finding[]): Verdict {
  if (strategies.length === 0 || findings.some(({ severity }) => severity === 'void')) return 'void';
  if (strategies.some(({ verdict }) => verdict === 'void')) return 'void';
  const marked = strategies.filter(({ strategy }) => strategy.mustPass);
  if (marked.length > 0) {
    if (marked.some(({ verdict }) => verdict === 'fail')) return 'fail';
    return marked.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'inconclusive';
  }
  if (strategies.some(({ verdict }) => verdict === 'pass')) return 'pass';
  return strategies.every(({ verdict }) => verdict === 'fail') ? 'fail' : 'inconclusive';
}

const FROM_WORST: readonly Verdict[] = ['void', 'fail', 'inconclusive', 'pass'];

/** `void` dominates, then `fail`, then `inconclusive`: a whole is as good as its worst part. Nothing at all is void. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return FROM_WORST.find((verdict) => verdicts.includes(verdict)) ?? 'void';
}
