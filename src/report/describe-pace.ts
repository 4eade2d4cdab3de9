import type { RunResult } from '../analyze/run-result.ts';
import { runPace } from '../analyze/run/run-pace.ts';
import { countOf } from '../model/count-of.ts';

/** How fast a run gathered its evidence; empty where nothing was disrupted. */
export function describePace({ trials }: Pick<RunResult, 'trials'>): string {
  const pace = runPace(trials);
  if (pace === null) return '';
  const { disruptions, perMinute, attempts, voidAttempts } = pace;
  const isVoid = voidAttempts === 0 ? '' : `; ${voidAttempts} of ${countOf(attempts, 'attempt')} void`;
  return `${countOf(disruptions, 'disruption')}, ${perMinute.toFixed(1)} a minute${isVoid}`;
}
