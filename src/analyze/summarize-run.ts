import type { PlannedTrial } from '../model/plan.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Finding } from '../model/verdict.ts';
import { chooseAttempts } from './choose-attempts.ts';
import { compareWithReference, type BlockCounts } from './compare-with-reference.ts';
import { disruptionLabel } from './disruption-label.ts';
import { judgeControls } from './judge-controls.ts';
import { judgeRun } from './judge-run.ts';
import { nameTrials } from './name-trials.ts';
import { preflightSummary } from './preflight-summary.ts';
import { recommend } from './recommend.ts';
import { runFindings } from './run-findings.ts';
import type { AnalyzedTrial, CellResult, RunResult, StrategyResult } from './run-result.ts';
import { median } from './statistics/median.ts';
import { summarizeBudgets } from './summarize-budgets.ts';
import { summarizeCell } from './summarize-cell.ts';
import { worstVerdict } from './worst-verdict.ts';
import { writeHeadline } from './write-headline.ts';

/** Computes what a run says from its manifest and all attempts at its trials. The first strategy is the reference. */
export function summarizeRun(
  manifest: RunManifest,
  attempts: readonly AnalyzedTrial[],
  readerFindings: readonly Finding[] = [],
): RunResult {
  const trials = chooseAttempts(attempts);
  const counted = trials.filter((trial) => trial.counted);
  const missing = missingTrials(manifest, trials);
  const comparison = counted.filter(({ trial }) => trial.role === 'comparison');
  const { controls, findings: controlFindings } = judgeControls(counted, missing);
  const findings = [
    ...controlFindings,
    ...runFindings(manifest, trials),
    ...preflightSummary(trials),
    ...readerFindings,
  ];

  const cells = summarizeCells(manifest, comparison, missing);
  const strategies = summarizeStrategies(manifest, comparison, cells);
  const { maxFailingTrials } = manifest.scenario.spec.target;
  const verdict = judgeRun(strategies, findings);
  const recommendation = recommend(verdict, strategies, cells, maxFailingTrials);
  const headline = writeHeadline({
    verdict,
    strategies,
    cells,
    findings,
    recommendation,
    trials: nameTrials(manifest.scenario.spec.disruptions),
  });
  return {
    schemaVersion: 1,
    manifest,
    verdict,
    headline,
    recommendation,
    findings,
    strategies,
    cells,
    controls,
    budgets: summarizeBudgets(
      trials,
      (manifest.cluster?.nodes ?? []).map(({ name }) => name),
    ),
    trials,
  };
}

/** Trials that a run that says it finished has nothing of: they were measured, and what they showed is not known. */
function missingTrials(
  { state, plan }: RunManifest,
  trials: readonly AnalyzedTrial[],
): readonly PlannedTrial[] {
  if (state !== 'finished') return [];
  const here = new Set(trials.map(({ trial }) => trial.number));
  return plan.trials.filter(({ number }) => !here.has(number));
}

function summarizeCells(
  manifest: RunManifest,
  trials: readonly AnalyzedTrial[],
  missing: readonly PlannedTrial[],
): readonly CellResult[] {
  const { strategies, disruptions, loads, target } = manifest.scenario.spec;
  return disruptions.flatMap((disruption) => {
    const label = disruptionLabel(disruption);
    const own = trials.filter(({ trial }) => disruptionLabel(trial.disruption) === label);
    const ofStrategy = (name: string) => own.filter(({ trial }) => trial.strategy.name === name);
    const referenceShutdownMs = medianShutdown(ofStrategy(strategies[0]?.name ?? ''));
    return loads.flatMap((load) => {
      const [reference, ...others] = strategies.map(({ name }) =>
        blockCounts(name, load.name, ofStrategy(name)),
      );
      const comparisons =
        reference === undefined ? undefined : compareWithReference(reference, others, manifest.plan.seed);
      return strategies.map(({ name }) =>
        summarizeCell({
          strategy: name,
          disruption: label,
          load: load.name,
          trials: ofStrategy(name),
          missingTrials: missing.filter(
            (trial) =>
              trial.role === 'comparison' &&
              trial.strategy.name === name &&
              disruptionLabel(trial.disruption) === label,
          ).length,
          referenceShutdownMs,
          comparison: comparisons?.get(name) ?? null,
          maxFailingTrials: target.maxFailingTrials,
        }),
      );
    });
  });
}

function blockCounts(strategy: string, load: string, trials: readonly AnalyzedTrial[]): BlockCounts {
  const failuresByBlock = new Map<number, number>();
  for (const { verdict, trial, loads } of trials) {
    const own = loads.find((result) => result.load === load);
    if (verdict === 'void' || own === undefined) continue;
    failuresByBlock.set(trial.block, own.failed + (own.failing ? own.heldUp : 0));
  }
  return { strategy, failuresByBlock };
}

function summarizeStrategies(
  manifest: RunManifest,
  trials: readonly AnalyzedTrial[],
  cells: readonly CellResult[],
): readonly StrategyResult[] {
  const { strategies } = manifest.scenario.spec;
  const shutdownOf = (name: string) =>
    medianShutdown(trials.filter(({ trial }) => trial.strategy.name === name));
  const referenceMs = shutdownOf(strategies[0]?.name ?? '');
  return strategies.map((strategy) => {
    const shutdownMs = shutdownOf(strategy.name);
    return {
      name: strategy.name,
      strategy,
      verdict: worstVerdict(
        cells.filter((cell) => cell.strategy === strategy.name).map(({ verdict }) => verdict),
      ),
      shutdownMs,
      addedShutdownMs: shutdownMs === null || referenceMs === null ? null : shutdownMs - referenceMs,
    };
  });
}

function medianShutdown(trials: readonly AnalyzedTrial[]): number | null {
  return median(trials.filter(({ verdict }) => verdict !== 'void').map(({ shutdownMs }) => shutdownMs));
}
