import type { RunManifest } from '../../model/run-manifest.ts';
import { lostRequests } from '../ledger/lost-requests.ts';
import type { AnalyzedTrial, Comparison } from '../run-result.ts';
import { disruptionLabel } from '../words/disruption-label.ts';
import { validTrials } from './attempts.ts';
import { compareWithReference, type BlockOutcome, type StrategyBlocks } from './compare-with-reference.ts';

/** `disruption\nload` → strategy → how it compares with the first. */
export function compareStrategies(
  { scenario, plan }: RunManifest,
  trials: readonly AnalyzedTrial[],
): ReadonlyMap<string, ReadonlyMap<string, Comparison>> {
  const { strategies, disruptions, loads } = scenario.spec;
  const [first, ...rest] = strategies.map(({ name }) => name);
  if (first === undefined) return new Map();
  const groups = disruptions.flatMap((disruption) => {
    const label = disruptionLabel(disruption);
    const own = validTrials(trials, label);
    return loads.map(({ name: load }) => ({
      key: `${label}\n${load}`,
      reference: strategyBlocks(first, load, own),
      others: rest.map((name) => strategyBlocks(name, load, own)),
    }));
  });
  const compared = compareWithReference(groups, plan.seed);
  return new Map(groups.map(({ key }, index) => [key, compared[index] ?? new Map<string, Comparison>()]));
}

function strategyBlocks(strategy: string, load: string, trials: readonly AnalyzedTrial[]): StrategyBlocks {
  const byBlock = new Map<number, BlockOutcome>();
  for (const { trial, loads } of trials) {
    const own = loads.find((result) => result.load === load);
    if (own === undefined || trial.strategy.name !== strategy) continue;
    byBlock.set(trial.block, { failing: own.failing, lost: lostRequests(own) });
  }
  return { strategy, byBlock };
}
