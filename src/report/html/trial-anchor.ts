import type { AnalyzedTrial } from '../../analyze/run-result.ts';

/** The id of a trial's section in the page. */
export function trialAnchor({ trial, attempt }: AnalyzedTrial): string {
  return `trial-${trial.number}${attempt === 1 ? '' : `-attempt-${attempt}`}`;
}
