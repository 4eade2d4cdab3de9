import { countOf } from '../../model/count-of.ts';
import type { Verdict } from '../../model/verdict.ts';
import { describeStrategy } from '../words/describe-strategy.ts';
import { formatMs } from '../words/format-figures.ts';
import { leastOf } from '../margins/delay-need.ts';
import type { CellResult, LoadAnswer, Recommendation, StrategyResult } from '../run-result.ts';
import { trialsForBound } from '../statistics/clopper-pearson.ts';
import { answerLoad, type AnswerInput } from './answer-load.ts';
import { cheapest } from './rank-strategies.ts';

export interface RecommendInput extends AnswerInput {
  readonly verdict: Verdict;
  /** Names of the loads, in the order of the scenario. */
  readonly loads: readonly string[];
}

/**
 * What to do, for somebody who is tired. Recommended is the cheapest strategy that passes in all its cells; its cost
 * is the measured median shutdown time of a Pod. Nothing is recommended from a void run.
 */
export function recommend(input: RecommendInput): Recommendation {
  const { verdict, strategies, cells } = input;
  const loads = input.loads.map((load) => answerLoad(load, input));
  if (verdict === 'void') {
    const sentence = 'Recommend nothing from this run: mend what made it void, then run it again.';
    return { strategy: null, sentence, loads };
  }
  const best = cheapest(strategies.filter((candidate) => candidate.verdict === 'pass'));
  if (best !== undefined) return { strategy: best.name, sentence: praise(best, strategies, cells), loads };
  return { strategy: null, sentence: withoutWinner(input, loads), loads };
}

function praise(
  best: StrategyResult,
  strategies: readonly StrategyResult[],
  cells: readonly CellResult[],
): string {
  const reference = strategies[0];
  const own = cells.filter(({ strategy }) => strategy === best.name);
  const verb = own.every(({ standing }) => standing === 'holds') ? 'holds' : 'passes';
  const every = own.length > 1 ? ' for every load' : '';
  const spare = leastOf(
    own.flatMap(({ hazards }) =>
      hazards.filter(({ hazard }) => hazard === 'still-routed').map(({ worst }) => worst),
    ),
  );
  const left = verb === 'holds' && spare !== null ? `, with ${formatMs(spare.ms)} to spare` : '';
  if (reference === undefined || best.name === reference.name) {
    const keep = `Keep “${best.name}” (${describeStrategy(best.strategy)}): it ${verb}${every}${left}`;
    return best.shutdownMs === null
      ? `${keep}. What it costs could not be measured.`
      : `${keep}, and nothing that ${verb} is cheaper.`;
  }
  const setting = `Use “${best.name}” (${describeStrategy(best.strategy)})`;
  if (best.shutdownMs === null) {
    return `${setting}: the first setting that ${verb}${every}${left}. What it costs could not be measured.`;
  }
  const use = `${setting}: the cheapest setting that ${verb}${every}${left}.`;
  if (best.addedShutdownMs === null)
    return `${use} A Pod then takes ${formatMs(best.shutdownMs)} to shut down.`;
  const change = best.addedShutdownMs < 0 ? 'less' : 'more';
  return `${use} A Pod then takes ${formatMs(best.shutdownMs)} to shut down, ${formatMs(Math.abs(best.addedShutdownMs))} ${change} than with “${reference.name}”.`;
}

function withoutWinner(
  { strategies, maxFailingTrials }: RecommendInput,
  loads: readonly LoadAnswer[],
): string {
  if (strategies.length === 0) return 'Nothing can be recommended: no strategy was measured.';
  const all = loads.length > 1 ? ' for every load' : '';
  return strategies.every(({ verdict }) => verdict === 'fail')
    ? `${strategies.length === 1 ? 'This setting is not' : 'None of these settings is'} enough${all}.`
    : `Nothing can be recommended yet: no setting is known to hold${all}.${moreBlocks(loads, maxFailingTrials)}`;
}

/** What would decide it without seeing hazards. */
function moreBlocks(loads: readonly LoadAnswer[], maxFailingTrials: number): string {
  return loads.some(({ moreTrials }) => moreTrials !== null)
    ? ` Run it with at least ${countOf(trialsForBound(maxFailingTrials), 'block')}, or where its hazards can be seen.`
    : '';
}
