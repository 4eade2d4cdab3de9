import type { DelayNeed } from '../../model/delay-need.ts';
import { HAZARDS, type Hazard, type HazardInTrial, type Margin } from '../../model/margin.ts';
import type { CellHazard } from '../../model/standing.ts';
import { formatMs } from '../words/format-figures.ts';
import type { AnalyzedTrial } from '../run-result.ts';
import { leastOf, listensFor } from './delay-need.ts';

/**
 * What all valid trials of a strategy show of each hazard for one load: it is there where it was in one of them, and not
 * known where it was not known in one.
 *
 * How long nodes take to drop a Pod is not the strategy's doing. It is therefore held against the slowest of all trials
 * of the run, not only against its own, which may have been quick by luck.
 *
 * @param trials valid ones
 * @param need of the same disruption; `null`: only the strategy's own trials count
 */
export function cellHazards(
  load: string,
  trials: readonly AnalyzedTrial[],
  need: DelayNeed | null,
): readonly CellHazard[] {
  const seen = trials.map(({ trial, margins }) => ({
    trial: trial.number,
    hazards: margins.find((each) => each.load === load)?.hazards ?? [],
  }));
  return HAZARDS.flatMap((hazard): readonly CellHazard[] => {
    const own = seen.flatMap(({ trial, hazards }) =>
      hazards.filter((each) => each.hazard === hazard).map((each) => ({ ...each, trial })),
    );
    if (own.length === 0) return [];
    const summed = sumUp(hazard, own);
    return [hazard === 'still-routed' && need !== null ? againstSlowest(summed, trials, need) : summed];
  });
}

/**
 * For how long the strategy's Pods listened, at least, beyond what the slowest deletion of the run needed; `null`: one of
 * the two is not known.
 */
export function routingReserve(trials: readonly AnalyzedTrial[], need: DelayNeed): Margin | null {
  const [slowest] = need.trials;
  const listens = trials.map(listensFor);
  const least = listens.includes(null) ? null : leastOf(listens);
  if (slowest === undefined || least === null) return null;
  return { ms: least.ms - slowest.ms, uncertaintyMs: least.uncertaintyMs + slowest.uncertaintyMs };
}

type OfTrial = HazardInTrial & { readonly trial: number };

function sumUp(hazard: Hazard, own: readonly OfTrial[]): CellHazard {
  const of = (state: HazardInTrial['state']): readonly OfTrial[] =>
    own
      .filter((each) => each.state === state)
      .toSorted((a, b) => marginOf(a) - marginOf(b) || b.count - a.count);
  const [there, unknown] = [of('there'), of('unknown')];
  const shown = there[0] ?? unknown[0];
  return {
    hazard,
    state: there.length > 0 ? 'there' : unknown.length > 0 ? 'unknown' : 'none',
    there: there.length,
    none: of('none').length,
    unknown: unknown.length,
    worst: leastOf(own.map(({ margin }) => margin)),
    count: own.reduce((sum, { count }) => sum + count, 0),
    trial: shown?.trial ?? null,
    detail: shown?.detail ?? '',
  };
}

function marginOf({ margin }: HazardInTrial): number {
  return margin?.ms ?? -Infinity;
}

function againstSlowest(hazard: CellHazard, trials: readonly AnalyzedTrial[], need: DelayNeed): CellHazard {
  const reserve = routingReserve(trials, need);
  const [slowest] = need.trials;
  if (hazard.state !== 'none' || reserve === null || slowest === undefined) return hazard;
  const worst = leastOf([hazard.worst, reserve]);
  if (reserve.ms > reserve.uncertaintyMs) return { ...hazard, worst };
  const state = reserve.ms < -reserve.uncertaintyMs ? 'there' : 'unknown';
  const detail = `its own trials were quick: in trial ${slowest.trial} (${slowest.strategy}) ${slowest.node} took ${formatMs(slowest.ms)} to drop a Pod`;
  return { ...hazard, state, worst, trial: slowest.trial, detail };
}
