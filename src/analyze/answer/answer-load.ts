import type { DelayNeed } from '../../model/delay-need.ts';
import type { CellHazard, Standing } from '../../model/standing.ts';
import { countOf } from '../../model/count-of.ts';
import { formatMs, formatPercent } from '../words/format-figures.ts';
import { leastOf } from '../margins/delay-need.ts';
import { strategyDelayMs } from '../margins/strategy-delay.ts';
import { lostInCell } from '../ledger/lost-requests.ts';
import type { CellResult, LoadAnswer, StrategyResult } from '../run-result.ts';
import { trialsForBound } from '../statistics/clopper-pearson.ts';
import { describeGate, openGate } from '../gates/describe-gate.ts';
import { cheapest, STANDINGS_FROM_BEST, worstStanding } from './rank-strategies.ts';
import { killsContainers } from '../words/disruption-label.ts';
import { describeCure } from './describe-cure.ts';
import { hazardWords, lossWords } from './hazard-words.ts';

export interface AnswerInput {
  readonly strategies: readonly StrategyResult[];
  /** All of the run. */
  readonly cells: readonly CellResult[];
  readonly needs: readonly DelayNeed[];
  readonly maxFailingTrials: number;
  /** So many trials in words, e.g. `5 Pod deletions`. */
  readonly countTrials: (count: number) => string;
}

/**
 * The answer for one load: the cheapest setting that holds for it whatever the disruption, else the one that comes
 * closest and what would hold.
 */
export function answerLoad(load: string, input: AnswerInput): LoadAnswer {
  const own = input.strategies.map((strategy): Candidate => {
    const cells = input.cells.filter((cell) => cell.strategy === strategy.name && cell.load === load);
    return { strategy, cells, standing: worstStanding(cells.map(({ standing }) => standing)) };
  });
  const best =
    STANDINGS_FROM_BEST.find((standing) => own.some((each) => each.standing === standing)) ?? 'void';
  const among = own.filter(({ standing }) => standing === best);
  const passes = best === 'holds' || best === 'bounded';
  const chosen = passes
    ? among.find(({ strategy }) => strategy === cheapest(among.map((each) => each.strategy)))
    : closestOf(among);
  const routed = chosen?.cells.flatMap(({ hazards }) =>
    hazards.filter(({ hazard }) => hazard === 'still-routed'),
  );
  const answer = {
    load,
    standing: best,
    strategy: passes ? (chosen?.strategy.name ?? null) : null,
    closest: chosen?.strategy.name ?? null,
    spare: leastOf((routed ?? []).map(({ worst }) => worst)),
    shutdownMs: chosen?.strategy.shutdownMs ?? null,
    addedShutdownMs: chosen?.strategy.addedShutdownMs ?? null,
    moreTrials:
      best === 'unknown' && chosen !== undefined && openGate(chosen.cells) === undefined
        ? moreTrials(chosen, input)
        : null,
  };
  const sentence = chosen === undefined ? 'could not be measured.' : sentenceOf(chosen, answer, own, input);
  return { ...answer, sentence };
}

interface Candidate {
  readonly strategy: StrategyResult;
  readonly cells: readonly CellResult[];
  readonly standing: Standing;
}

/** The fewest failing trials and lost requests, then the fewest hazards, then the fewest trials in which one was there. */
function closestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const lost = ({ cells }: Candidate): number => cells.reduce((sum, cell) => sum + lostInCell(cell), 0);
  const there = ({ cells }: Candidate): readonly CellHazard[] =>
    cells.flatMap(({ hazards }) => hazards.filter(({ state }) => state === 'there'));
  const met = (candidate: Candidate): number => there(candidate).reduce((sum, each) => sum + each.there, 0);
  return candidates.toSorted(
    (a, b) =>
      failingShare(a) - failingShare(b) ||
      lost(a) - lost(b) ||
      there(a).length - there(b).length ||
      met(a) - met(b) ||
      (a.strategy.shutdownMs ?? Infinity) - (b.strategy.shutdownMs ?? Infinity),
  )[0];
}

function failingShare({ cells }: Candidate): number {
  return Math.max(...cells.map(({ failingTrials, trials }) => failingTrials / Math.max(1, trials)));
}

function moreTrials({ cells }: Candidate, { maxFailingTrials }: AnswerInput): number {
  const fewest = Math.min(...cells.map(({ trials }) => trials));
  return Math.max(1, trialsForBound(maxFailingTrials) - fewest);
}

function sentenceOf(
  chosen: Candidate,
  answer: Omit<LoadAnswer, 'sentence'>,
  all: readonly Candidate[],
  input: AnswerInput,
): string {
  const name = `“${chosen.strategy.name}”`;
  const [worst] = chosen.cells.toSorted((a, b) => b.upper - a.upper);
  if (worst === undefined) return 'could not be measured.';
  const unseen = unseenOf(chosen);
  switch (answer.standing) {
    case 'holds': {
      const alone = all.filter(({ standing }) => standing === 'holds').length === 1 && all.length > 1;
      const spare = answer.spare === null ? '' : `, with ${formatMs(answer.spare.ms)} to spare`;
      return `${alone ? 'only ' : ''}${name} holds${spare}${costOf(answer)}.`;
    }
    case 'bounded':
      return `with ${name} ${scoreOf(worst, input)}${costOf(answer)}; ${unseen}.`;
    case 'unknown': {
      const open = openGate(chosen.cells);
      if (open !== undefined)
        return `with ${name} ${scoreOf(worst, input)}, but whether it meets its target is not known: ${describeGate(open)}.`;
      return `with ${name} ${scoreOf(worst, input)}, but ${unseen}; ${countOf(answer.moreTrials ?? 0, 'more trial', 'more trials')} without a failure would show less than ${formatPercent(input.maxFailingTrials)}.`;
    }
    case 'void':
      return 'could not be measured.';
    case 'misses': {
      const missed = chosen.cells.flatMap(({ gates }) => gates.filter(({ verdict }) => verdict === 'fail'));
      return `${noneHolds(chosen, all)}: ${scoreOf(worst, input)}, but it misses its target: ${missed.map(describeGate).join('; ')}.`;
    }
    case 'at-risk':
    case 'loses':
      return `${noneHolds(chosen, all)}: ${scoreOf(worst, input)}${troubleOf(chosen, all, input)}`;
  }
}

/** Where all trials of all settings fail, none is close. */
function noneHolds({ strategy }: Candidate, all: readonly Candidate[]): string {
  if (all.length === 1) return `“${strategy.name}” does not hold`;
  return all.every((each) => failingShare(each) === 1)
    ? `none of these settings holds; the fewest requests failed with “${strategy.name}”`
    : `none of these settings holds. “${strategy.name}” comes closest`;
}

function costOf({ shutdownMs, addedShutdownMs }: Omit<LoadAnswer, 'sentence'>): string {
  return shutdownMs === null || addedShutdownMs === null || addedShutdownMs <= 0
    ? ''
    : ` (a Pod takes ${formatMs(addedShutdownMs)} longer to shut down)`;
}

function scoreOf(cell: CellResult, { countTrials }: AnswerInput): string {
  const { failingTrials, trials, upper } = cell;
  return failingTrials === 0
    ? `no request failed in ${countTrials(trials)} (less than ${formatPercent(upper)} do, at 95 %)`
    : `${lossWords(cell)} in ${failingTrials} of ${countTrials(trials)}`;
}

function unseenOf({ cells }: Candidate): string {
  const unknown = cells.flatMap(({ hazards }) => hazards.filter(({ state }) => state === 'unknown'));
  const [first] = unknown;
  return first === undefined
    ? 'its hazards were not looked at'
    : `whether ${hazardWords(first)} could not be seen (${first.detail})`;
}

function troubleOf(chosen: Candidate, all: readonly Candidate[], input: AnswerInput): string {
  const there = chosen.cells.flatMap((cell) =>
    cell.hazards.filter(({ state }) => state === 'there').map((hazard) => ({ cell, hazard })),
  );
  if (there.length === 0) return '. What failed is in the table of causes.';
  const delays = input.strategies
    .map(({ strategy }) => strategyDelayMs(strategy))
    .filter((ms) => ms !== null);
  const isClean = ({ cells }: Candidate): boolean =>
    cells.some(({ hazards }) =>
      hazards.some(({ hazard, state }) => hazard === 'cut-unannounced' && state === 'none'),
    );
  const known = new Set<string>();
  const parts = there.flatMap(({ cell, hazard }) => {
    if (known.has(hazard.hazard)) return [];
    known.add(hazard.hazard);
    const where = hazard.detail === '' ? '' : ` (${hazard.detail})`;
    const cure = describeCure(hazard, {
      need: input.needs.find(({ disruption }) => disruption === cell.disruption),
      killed: killsContainers(cell.disruption),
      longestIdleMs: cell.longestIdleMs,
      longestDelayMs: Math.max(...delays, 0),
      someAnnounces: all.some(isClean),
    });
    return [`${hazardWords(hazard)}${where}. What helps: ${cure}`];
  });
  return `, and ${parts.join(' Besides, ')}`;
}
