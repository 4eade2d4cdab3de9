import { countOf } from '../../model/count-of.ts';
import type { GateResult } from '../../model/gate.ts';
import type { Standing } from '../../model/standing.ts';
import { formatPercent } from '../words/format-figures.ts';

export interface ShareInput {
  readonly limit: number;
  readonly standing: Standing;
  readonly trials: number;
  readonly failingTrials: number;
  /** Exact one-sided 95 % upper bound of the share of failing trials. */
  readonly upper: number;
}

/**
 * The target for the share of failing trials, of which every scenario has one. It decides only where hazards cannot be
 * seen; a strategy of which all were seen to be none passes with fewer trials than the bound takes.
 */
export function judgeShare({ limit, standing, trials, failingTrials, upper }: ShareInput): GateResult {
  const bound = upper < 1 ? ` (below ${formatPercent(upper)} at 95 %)` : '';
  const share = `${failingTrials} of ${countOf(trials, 'trial')} failed${bound}`;
  const said = (verdict: GateResult['verdict'], more = ''): GateResult => {
    return { gate: 'maxFailingTrials', limit, verdict, figure: upper, explanation: `${share}${more}` };
  };
  if (standing === 'loses') return said('fail');
  if (upper < limit) return said('pass');
  return standing === 'holds'
    ? said('pass', '; every hazard was seen, and none was there')
    : said('inconclusive');
}
