import type { PlannedTrial } from '../model/plan.ts';

/** What a trial is called in folder and object names: `012-sleep-5`. Sorts in the order of execution up to 999. */
export function trialIdentifier(trial: Pick<PlannedTrial, 'number' | 'strategy'>): string {
  return `${String(trial.number).padStart(3, '0')}-${trial.strategy.name}`;
}
