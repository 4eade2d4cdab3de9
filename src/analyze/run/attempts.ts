import type { PlannedTrial } from '../../model/plan.ts';
import type { RunManifest } from '../../model/run-manifest.ts';
import type { AnalyzedTrial } from '../run-result.ts';
import { disruptionLabel } from '../words/disruption-label.ts';

/** Marks, of each planned trial, the attempt that counts: the first that is not void, else the last. */
export function chooseAttempts(trials: readonly AnalyzedTrial[]): readonly AnalyzedTrial[] {
  const counted = new Map<number, AnalyzedTrial>();
  for (const trial of trials.toSorted((a, b) => a.attempt - b.attempt)) {
    const chosen = counted.get(trial.trial.number);
    if (chosen === undefined || chosen.verdict === 'void') counted.set(trial.trial.number, trial);
  }
  return trials.map((trial) => ({ ...trial, counted: counted.get(trial.trial.number) === trial }));
}

/** Trials that a run that says it finished has nothing of: they were measured, and what they showed is not known. */
export function missingTrials(
  { state, plan }: RunManifest,
  trials: readonly AnalyzedTrial[],
): readonly PlannedTrial[] {
  if (state !== 'finished') return [];
  const here = new Set(trials.map(({ trial }) => trial.number));
  return plan.trials.filter(({ number }) => !here.has(number));
}

/** Those of one disruption, by its label, that can be judged. */
export function validTrials(trials: readonly AnalyzedTrial[], disruption: string): readonly AnalyzedTrial[] {
  return trials.filter(
    ({ trial, verdict }) => verdict !== 'void' && disruptionLabel(trial.disruption) === disruption,
  );
}
