import { countOf } from '../../model/count-of.ts';
import { disruptsApp } from '../../model/disrupts-app.ts';
import type { Finding } from '../../model/verdict.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/**
 * One warning for each observer that saw nothing from the disruption to the end of the load, in some trial that
 * counts: what it would have shown is missing from causes and milestones. Gaps that void a trial are said elsewhere.
 */
export function blindFindings(trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const disrupted = trials.filter(
    ({ counted, verdict, trial }) => counted && verdict !== 'void' && disruptsApp(trial.disruption),
  );
  const blind = new Map<string, { trials: number; readonly reason: string }>();
  for (const { gaps, disruptionNs, loadStoppedNs } of disrupted) {
    const whole = gaps.filter(
      ({ fromNs, toNs }) => fromNs <= (disruptionNs ?? 0) && toNs >= (loadStoppedNs ?? Infinity),
    );
    const reasons = new Map(whole.map(({ observer, reason }) => [observer, reason]));
    for (const [observer, reason] of reasons) {
      const known = blind.get(observer) ?? { trials: 0, reason };
      known.trials += 1;
      blind.set(observer, known);
    }
  }
  return [...blind].map(([observer, { trials: count, reason }]) => ({
    code: 'blind',
    severity: 'warning',
    message: `${observer} saw nothing in ${count} of ${countOf(disrupted.length, 'trial')} (${reason}): causes are less sure there, and milestones missing.`,
  }));
}
