import type { DelayNeed } from '../../model/delay-need.ts';
import type { PlannedTrial } from '../../model/plan.ts';
import type { RunManifest } from '../../model/run-manifest.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import type { Finding } from '../../model/verdict.ts';
import { chooseAttempts, missingTrials, validTrials } from './attempts.ts';
import { compareStrategies } from './compare-strategies.ts';
import { countTrials } from '../words/count-trials.ts';
import { disruptionLabel } from '../words/disruption-label.ts';
import { findCures } from '../answer/find-cures.ts';
import { judgeControls } from './judge-controls.ts';
import { judgeRun, worstVerdict } from './judge-run.ts';
import { backgroundFailures } from '../margins/background-failures.ts';
import { delayNeed } from '../margins/delay-need.ts';
import { rulesGone } from '../margins/rules-gone.ts';
import { JudgementErrors } from '../judgements/judgement-errors.ts';
import { recommend } from '../answer/recommend.ts';
import { runFindings } from '../findings/run-findings.ts';
import type {
  AnalyzedTrial,
  CellResult,
  Recommendation,
  RunResult,
  StrategyResult,
  TuneAnswer,
} from '../run-result.ts';
import { median } from '../statistics/quantile.ts';
import { strategyFindings } from '../findings/strategy-findings.ts';
import { summarizeBudgets } from './summarize-budgets.ts';
import { summarizeCell } from './summarize-cell.ts';
import { answerTune } from '../tune/answer-tune.ts';
import { writeHeadline } from '../answer/write-headline.ts';

/**
 * Computes what a run says from its manifest and all attempts at its trials. The first strategy is the reference. What
 * cannot be computed is a finding (`judgement-error`); the rest is said all the same.
 */
export function summarizeRun(
  manifest: RunManifest,
  attempts: readonly AnalyzedTrial[],
  readerFindings: readonly Finding[] = [],
): RunResult {
  const trials = chooseAttempts(attempts);
  const counted = trials.filter((trial) => trial.counted);
  const missing = missingTrials(manifest, trials);
  const comparison = counted.filter(({ trial }) => trial.role === 'comparison');
  const errors = new JudgementErrors();
  const { controls, findings: controlFindings } = errors.guard(
    { name: 'controls', decidesVoid: true },
    { controls: [], findings: [] },
    () => judgeControls(counted, missing),
  );
  const nodes = (manifest.cluster?.nodes ?? []).map(({ name }) => name);
  const needs = errors.guard({ name: 'delay-needs' }, [], () =>
    manifest.scenario.spec.disruptions.map((disruption) =>
      delayNeed(disruptionLabel(disruption), validTrials(comparison, disruptionLabel(disruption)), nodes),
    ),
  );
  const undisturbed = (['negative-control', 'churn-control'] as const).map((role) =>
    counted.filter(({ trial, verdict }) => trial.role === role && verdict !== 'void'),
  );
  const cells = errors.guard({ name: 'cells', decidesVoid: true }, [], () =>
    summarizeCells(manifest, { trials: comparison, missing, needs, undisturbed, nodes }),
  );
  const strategies = errors.guard({ name: 'strategies', decidesVoid: true }, [], () =>
    summarizeStrategies(manifest, comparison, cells),
  );
  const budgets = errors.guard({ name: 'budgets' }, [], () => summarizeBudgets(trials, nodes));
  const found = [
    ...controlFindings,
    ...errors.guard({ name: 'run-findings' }, [], () => runFindings(manifest, trials)),
    ...errors.guard({ name: 'strategy-findings' }, [], () => strategyFindings(trials)),
    ...readerFindings,
  ];
  const { loads, target, disruptions } = manifest.scenario.spec;
  const { maxFailingTrials } = target;
  const tune = errors.guard({ name: 'tune', decidesVoid: true }, null, () =>
    manifest.tune === undefined
      ? null
      : answerTune({
          tune: manifest.tune,
          manifest,
          cells,
          needs,
          trials,
          findings: [...found, ...errors.findings()],
        }),
  );
  // A tune asks for more than that a setting holds in the trials that there are.
  const verdict = tune?.verdict ?? judgeRun(strategies, [...found, ...errors.findings()]);
  const cures = errors.guard({ name: 'cures' }, [], () =>
    verdict === 'void' ? [] : findCures({ cells, loads, needs }),
  );
  const recommended = errors.guard(
    { name: 'recommendation' },
    { strategy: null, sentence: 'What to recommend could not be judged.', loads: [] },
    () =>
      recommend({
        verdict,
        strategies,
        cells,
        needs,
        loads: loads.map(({ name }) => name),
        maxFailingTrials,
        countTrials: (count) => countTrials(count, disruptions),
      }),
  );
  const recommendation = tune === null ? recommended : tuneRecommendation(tune, recommended);
  const headline = errors.guard({ name: 'headline' }, `The verdict is ${verdict}.`, () =>
    tune !== null
      ? tune.headline
      : writeHeadline({
          verdict,
          strategies,
          cells,
          findings: [...found, ...errors.findings()],
          recommendation,
          countTrials: (count) => countTrials(count, disruptions),
        }),
  );
  const findings = [...found, ...errors.findings()];
  return {
    schemaVersion: 1,
    manifest,
    verdict,
    headline,
    recommendation,
    tune,
    cures,
    findings,
    strategies,
    cells,
    controls,
    budgets,
    needs,
    trials,
  };
}

/**
 * What is said of each load must not contradict the answer: where that is a setting, confirmed or not, only what the
 * setting does for a load is told.
 */
function tuneRecommendation(tune: TuneAnswer, { loads }: Recommendation): Recommendation {
  const { verdict, setting } = tune;
  const told = loads.filter(({ standing, strategy }) =>
    verdict === 'fail' ? standing !== 'void' : setting !== null && strategy === setting.name,
  );
  return {
    strategy: verdict === 'pass' ? (setting?.name ?? null) : null,
    sentence: tune.advice,
    loads: told,
  };
}

interface CellsInput {
  /** The counted attempts at the trials that compare strategies. */
  readonly trials: readonly AnalyzedTrial[];
  readonly missing: readonly PlannedTrial[];
  readonly needs: readonly DelayNeed[];
  /** Valid controls in which nothing happens to the app, each kind by itself. */
  readonly undisturbed: readonly (readonly AnalyzedTrial[])[];
  readonly nodes: readonly string[];
}

function summarizeCells(
  manifest: RunManifest,
  { trials, missing, needs, undisturbed, nodes }: CellsInput,
): readonly CellResult[] {
  const { strategies, disruptions, loads, target } = manifest.scenario.spec;
  /** It is of all nodes, so of clients of every one of them; and counted from the delete, so not of who acts before. */
  const needOf = (label: string, { via }: LoadSpec, own: readonly AnalyzedTrial[]): DelayNeed | null => {
    if (via !== 'nodePort') return null;
    if (own.some((trial) => rulesGone(trial, nodes).state === 'acted-before')) return null;
    return needs.find((need) => need.disruption === label) ?? null;
  };
  const compared = compareStrategies(manifest, trials);
  return disruptions.flatMap((disruption) => {
    const label = disruptionLabel(disruption);
    const own = trials.filter(({ trial }) => disruptionLabel(trial.disruption) === label);
    const ofStrategy = (name: string) => own.filter(({ trial }) => trial.strategy.name === name);
    const referenceShutdownMs = medianShutdown(ofStrategy(strategies[0]?.name ?? ''));
    return loads.flatMap((load) => {
      const comparisons = compared.get(`${label}\n${load.name}`);
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
          target,
          ratePerSecond: load.ratePerSecond ?? null,
          background: undisturbed.map((controls) => backgroundFailures(load.name, controls)),
          need: needOf(label, load, validTrials(ofStrategy(name), label)),
        }),
      );
    });
  });
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
