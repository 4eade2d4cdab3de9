import type { AnalyzedTrial } from '../run-result.ts';

/** Marks, of each planned trial, the attempt that counts: the first that is not void, else the last. */
export function chooseAttempts(trials: readonly AnalyzedTrial[]): readonly AnalyzedTrial[] {
  const counted = new Map<number, AnalyzedTrial>();
  for (const trial of trials.toSorted((a, b) => a.attempt - b.attempt)) {
    const chosen = counted.get(trial.trial.number);
    if (chosen === undefined || chosen.verdict === 'void') counted.set(trial.trial.number, trial);
  }
  return trials.map((trial) => ({ ...trial, counted: counted.get(trial.trial.number) === trial }));
}
