import { seededRandom, type SeededRandom } from '../../model/seeded-random.ts';
import type { AnalyzedTrial, CellResult, RunResult } from '../run-result.ts';
import { summarizeRun } from './summarize-run.ts';

/** In what share of resamples an answer is the one of the run itself. */
export interface Stability {
  readonly resamples: number;
  /** The run's verdict, and its recommended strategy. */
  readonly verdict: number;
  readonly recommendation: number;
  /** Each load's own answer: which strategy holds, or that none does. In the order of the scenario. */
  readonly loads: readonly { readonly load: string; readonly answer: number }[];
  /** In the order of the run's cells: its verdict, and how it stands. */
  readonly cells: readonly {
    readonly cell: Pick<CellResult, 'strategy' | 'disruption' | 'load' | 'standing'>;
    readonly verdict: number;
    readonly standing: number;
  }[];
}

/**
 * What a run would say had it met other blocks like its own: as many blocks are drawn from those that were recorded, with
 * replacement, and the run is judged anew from them (Efron's bootstrap, with the block as the unit). Nothing is measured.
 */
export function measureStability(result: RunResult, resamples: number, seed = 1): Stability {
  const random = seededRandom(seed);
  const same = { verdict: 0, recommendation: 0 };
  const loads = result.recommendation.loads.map(() => 0);
  const cells = result.cells.map(() => ({ verdict: 0, standing: 0 }));
  for (let index = 0; index < resamples; index += 1) {
    const again = resample(result, random);
    if (again.verdict === result.verdict) same.verdict += 1;
    if (again.recommendation.strategy === result.recommendation.strategy) same.recommendation += 1;
    for (const [at, { strategy }] of result.recommendation.loads.entries()) {
      if (again.recommendation.loads[at]?.strategy === strategy) loads[at] = (loads[at] ?? 0) + 1;
    }
    for (const [at, counts] of cells.entries()) {
      if (again.cells[at]?.verdict === result.cells[at]?.verdict) counts.verdict += 1;
      if (again.cells[at]?.standing === result.cells[at]?.standing) counts.standing += 1;
    }
  }
  const share = (count: number): number => count / resamples;
  return {
    resamples,
    verdict: share(same.verdict),
    recommendation: share(same.recommendation),
    loads: result.recommendation.loads.map(({ load }, at) => ({ load, answer: share(loads[at] ?? 0) })),
    cells: result.cells.map((cell, at) => ({
      cell,
      verdict: share(cells[at]?.verdict ?? 0),
      standing: share(cells[at]?.standing ?? 0),
    })),
  };
}

/** The run as if it had met these blocks instead: their trials under new numbers. */
function resample({ manifest, trials }: RunResult, random: SeededRandom): RunResult {
  const blocks = [...new Set(manifest.plan.trials.map(({ block }) => block))];
  const most = Math.max(0, ...manifest.plan.trials.map(({ number }) => number));
  const drawn = blocks.map(() => blocks[random.nextInt(blocks.length)] ?? 1);
  const renumbered = <T extends { readonly block: number; readonly number: number }>(
    trial: T,
    at: number,
  ): T => ({
    ...trial,
    block: at + 1,
    number: at * most + trial.number,
  });
  return summarizeRun(
    {
      ...manifest,
      plan: {
        ...manifest.plan,
        trials: drawn.flatMap((block, at) =>
          manifest.plan.trials.filter((trial) => trial.block === block).map((trial) => renumbered(trial, at)),
        ),
      },
    },
    drawn.flatMap((block, at) =>
      trials
        .filter(({ trial }) => trial.block === block)
        .map((each): AnalyzedTrial => ({ ...each, trial: renumbered(each.trial, at) })),
    ),
  );
}
