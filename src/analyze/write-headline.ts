import type { Finding, Verdict } from '../model/verdict.ts';
import { formatPercent } from './format-percent.ts';
import type { CellResult, Recommendation, StrategyResult } from './run-result.ts';
import { worstCell } from './worst-cell.ts';

export interface HeadlineInput {
  readonly verdict: Verdict;
  readonly strategies: readonly StrategyResult[];
  readonly cells: readonly CellResult[];
  readonly findings: readonly Finding[];
  readonly recommendation: Recommendation;
  /** What one trial is called, e.g. `Pod deletions`. */
  readonly trials: string;
}

/** The answer of a run in one sentence, with the figures it rests on. */
export function writeHeadline(input: HeadlineInput): string {
  switch (input.verdict) {
    case 'void':
      return `This run proves nothing. ${voidReason(input)}`;
    case 'pass':
      return passing(input);
    case 'fail':
      return failing(input);
    case 'inconclusive':
      return undecided(input);
  }
}

function voidReason({ findings, strategies }: HeadlineInput): string {
  const finding = findings.find(({ severity }) => severity === 'void');
  if (finding !== undefined) return finding.message;
  const missing = findings.some(({ code }) => code === 'trials-missing');
  const names = strategies.filter(({ verdict }) => verdict === 'void').map(({ name }) => `“${name}”`);
  return names.length === 0
    ? 'No strategy was measured.'
    : `Trials of ${names.join(', ')} could not be measured, not even when repeated${missing ? ', or are missing' : ''}.`;
}

function passing(input: HeadlineInput): string {
  const marked = input.strategies.filter(({ strategy }) => strategy.mustPass);
  if (marked.length > 1) {
    return `All ${marked.length} strategies that must pass do: requests failed ${score(input, worstOf(input, marked))} at the worst.`;
  }
  // Each candidate had its own chance to pass by luck.
  const picked = marked.length === 0 && input.strategies.length > 1;
  const winner = marked[0]?.name ?? input.recommendation.strategy;
  const reference = input.strategies[0]?.name;
  const own = `“${winner ?? ''}” is enough: requests failed ${score(input, worstCell(input.cells, winner ?? ''), picked)}`;
  const other = worstCell(input.cells, reference ?? '');
  if (winner === reference || other === undefined) return `${own}.`;
  return `${own}; with “${other.strategy}” in ${other.failingTrials} of ${other.trials}.`;
}

function failing(input: HeadlineInput): string {
  const marked = input.strategies.filter(({ strategy, verdict }) => strategy.mustPass && verdict === 'fail');
  if (marked.length > 0) {
    const cell = worstOf(input, marked);
    return `“${cell?.strategy ?? ''}” must pass and does not: requests failed ${score(input, cell)}.`;
  }
  const best = bestOf(input);
  return `None of the ${input.strategies.length} strategies is enough: even with “${best?.strategy ?? ''}” requests failed ${score(input, best)}.`;
}

function undecided(input: HeadlineInput): string {
  const best = bestOf(input);
  return `Too few trials to say: at best, with “${best?.strategy ?? ''}”, requests failed ${score(input, best)}.`;
}

function worstOf(input: HeadlineInput, strategies: readonly StrategyResult[]): CellResult | undefined {
  return strategies
    .map(({ name }) => worstCell(input.cells, name))
    .filter((cell) => cell !== undefined)
    .toSorted((a, b) => b.upper - a.upper)[0];
}

function bestOf(input: HeadlineInput): CellResult | undefined {
  return input.strategies
    .map(({ name }) => worstCell(input.cells, name))
    .filter((cell) => cell !== undefined)
    .toSorted((a, b) => a.upper - b.upper)[0];
}

/** `picked`: of several candidates the one that passed; the confidence is not that of the choice. */
function score(input: HeadlineInput, cell: CellResult | undefined, picked = false): string {
  if (cell === undefined) return 'in an unknown number of trials';
  const bound =
    cell.verdict === 'fail' || cell.failingTrials === cell.trials
      ? `above ${formatPercent(cell.lower)}`
      : `below ${formatPercent(cell.upper)}`;
  return `in ${cell.failingTrials} of ${cell.trials} ${input.trials} (${bound} at 95 % confidence${picked ? ' for each strategy by itself' : ''})`;
}
