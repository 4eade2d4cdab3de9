import type { Finding, Verdict } from '../../model/verdict.ts';
import { formatMs, formatPercent } from '../words/format-figures.ts';
import { describeGate, openGate } from '../gates/describe-gate.ts';
import { leastOf } from '../margins/delay-need.ts';
import type { CellResult, Recommendation, StrategyResult } from '../run-result.ts';
import { compareCells, worstCell } from './rank-strategies.ts';
import { hazardWords, lossWords } from './hazard-words.ts';

export interface HeadlineInput {
  readonly verdict: Verdict;
  readonly strategies: readonly StrategyResult[];
  readonly cells: readonly CellResult[];
  readonly findings: readonly Finding[];
  readonly recommendation: Recommendation;
  /** What one trial is called, e.g. `Pod deletions`. */
  readonly countTrials: (count: number) => string;
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
  if (names.length === 0) return 'No strategy was measured.';
  const first = findings.find(({ code }) => code === 'trial-void');
  const why = first === undefined ? '' : ` ${first.message}`;
  return `Trials of ${names.join(', ')} could not be measured${missing ? ', or are missing' : ''}.${why}`;
}

function passing(input: HeadlineInput): string {
  const marked = input.strategies.filter(({ strategy }) => strategy.mustPass);
  if (marked.length > 1) {
    const held = marked.every(({ name }) => holds(input, name));
    return held
      ? `All ${marked.length} strategies that must pass hold${spareOf(input, marked)}.`
      : `All ${marked.length} strategies that must pass do: ${score(input, worstOf(input, marked))} at the worst.`;
  }
  // Each candidate had its own chance to pass by luck.
  const picked = marked.length === 0 && input.strategies.length > 1;
  const winner = marked[0]?.name ?? input.recommendation.strategy ?? '';
  const [reference] = input.strategies;
  const chosen = input.strategies.filter(({ name }) => name === winner);
  const loads = input.recommendation.loads.length > 1 ? ' for every load' : '';
  const own = holds(input, winner)
    ? `“${winner}” is enough: it holds${loads}${spareOf(input, chosen)}`
    : `With “${winner}” ${score(input, worstCell(input.cells, winner), picked)}; not every hazard could be seen`;
  const other = worstCell(input.cells, reference?.name ?? '');
  if (winner === reference?.name || other === undefined || other.failingTrials === 0) return `${own}.`;
  return `${own}; with “${other.strategy}” ${lossWords(other)} in ${other.failingTrials} of ${input.countTrials(other.trials)}.`;
}

function holds({ cells }: HeadlineInput, name: string): boolean {
  return cells.filter(({ strategy }) => strategy === name).every(({ standing }) => standing === 'holds');
}

/** The smallest routing margin of these strategies. */
function spareOf({ cells }: HeadlineInput, strategies: readonly StrategyResult[]): string {
  const own = cells.filter(({ strategy }) => strategies.some(({ name }) => name === strategy));
  const spare = leastOf(
    own.flatMap(({ hazards }) =>
      hazards.flatMap((each) => (each.hazard === 'still-routed' ? [each.worst] : [])),
    ),
  );
  return spare === null ? '' : `, with ${formatMs(spare.ms)} to spare`;
}

function failing(input: HeadlineInput): string {
  const marked = input.strategies.filter(({ strategy, verdict }) => strategy.mustPass && verdict === 'fail');
  if (marked.length > 0) {
    const cell = worstOf(input, marked);
    return `“${cell?.strategy ?? ''}” must pass and does not: ${trouble(input, cell)}.`;
  }
  const held = input.recommendation.loads.filter(({ strategy }) => strategy !== null);
  const best = held.map(({ load, strategy }) => `“${strategy ?? ''}” does for ${load}`);
  const count = input.strategies.length;
  if (count === 1)
    return `“${input.strategies[0]?.name ?? ''}” is not enough: ${trouble(input, bestOf(input))}.`;
  return best.length > 0
    ? `None of the ${count} strategies holds for every load: ${best.join(', ')}.`
    : `None of the ${count} strategies is enough: even with “${bestOf(input)?.strategy ?? ''}” ${trouble(input, bestOf(input))}.`;
}

function undecided(input: HeadlineInput): string {
  const best = bestOf(input);
  const { loads } = input.recommendation;
  const held = loads.filter(({ standing }) => standing === 'holds');
  if (held.length > 0 && held.length < loads.length) {
    const open = loads.filter((each) => !held.includes(each)).map(({ load }) => load);
    const each = held.map(({ load, strategy }) => `“${strategy ?? ''}” holds for ${load}`);
    return `${each.join(', ')}; for ${open.join(' and ')} there are too few trials to say.`;
  }
  const open = best === undefined ? undefined : openGate([best]);
  if (best !== undefined && open !== undefined && best.standing === 'unknown')
    return `Whether “${best.strategy}” meets its target is not known: on ${best.load} ${describeGate(open)}.`;
  return `Too few trials to say: at best, with “${best?.strategy ?? ''}”, ${score(input, best)}.`;
}

/** What speaks against a cell: failed requests, else the hazard that was there. */
function trouble(input: HeadlineInput, cell: CellResult | undefined): string {
  if (cell === undefined || cell.failingTrials > 0) return score(input, cell);
  const missed = cell.gates.find(({ verdict }) => verdict === 'fail');
  if (cell.standing === 'misses' && missed !== undefined)
    return `no request failed on ${cell.load}, but ${describeGate(missed)}`;
  const hazard = cell.hazards.find(({ state }) => state === 'there');
  const where = hazard === undefined || hazard.detail === '' ? '' : ` (${hazard.detail})`;
  return hazard === undefined
    ? score(input, cell)
    : `no request failed on ${cell.load}, but ${hazardWords(hazard)}${where}`;
}

function worstOf(input: HeadlineInput, strategies: readonly StrategyResult[]): CellResult | undefined {
  return strategies
    .map(({ name }) => worstCell(input.cells, name))
    .filter((cell) => cell !== undefined)
    .toSorted((a, b) => compareCells(b, a))[0];
}

function bestOf(input: HeadlineInput): CellResult | undefined {
  return input.strategies
    .map(({ name }) => worstCell(input.cells, name))
    .filter((cell) => cell !== undefined)
    .toSorted(compareCells)[0];
}

/** `picked`: of several candidates the one that passed; the confidence is not that of the choice. */
function score(input: HeadlineInput, cell: CellResult | undefined, picked = false): string {
  if (cell === undefined) return 'requests failed in an unknown number of trials';
  const bound =
    cell.failingTrials > 0 ? `above ${formatPercent(cell.lower)}` : `below ${formatPercent(cell.upper)}`;
  return `${lossWords(cell)} in ${cell.failingTrials} of ${input.countTrials(cell.trials)} (${bound} at 95 % confidence${picked ? ' for each strategy by itself' : ''})`;
}
