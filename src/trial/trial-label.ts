import type { PlannedTrial } from '../model/plan.ts';
import { trialIdentifier } from '../scenario/trial-identifier.ts';

/** A trial's name in object names and labels: short, unique in its run, attempts told apart. */
export function trialLabel(trial: PlannedTrial, attempt: number): string {
  return attempt === 1 ? trialIdentifier(trial) : `${trialIdentifier(trial)}-${attempt}`;
}
