import type { Finding } from '../model/verdict.ts';
import type { AnalyzedTrial } from './run-result.ts';

/**
 * What every trial of a strategy found before its traffic is said once for the run, and once for each container that it
 * is about, with what came of it.
 */
export function preflightSummary(trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const groups = new Map<string, { finding: Finding; strategy: string; trials: Set<AnalyzedTrial> }>();
  for (const trial of trials) {
    if (!trial.counted || trial.trial.role !== 'comparison') continue;
    for (const finding of trial.findings) {
      if (!finding.code.startsWith('preflight-')) continue;
      const strategy = trial.trial.strategy.name;
      const key = [finding.code, strategy, finding.container ?? ''].join('\n');
      const group = groups.get(key) ?? { finding, strategy, trials: new Set() };
      groups.set(key, group);
      group.trials.add(trial);
    }
  }
  return [...groups.values()].map(({ finding, strategy, trials: own }) => {
    const failed = [...own].reduce((sum, { failures }) => sum + failures.length, 0);
    return {
      code: finding.code,
      severity: finding.severity,
      message: `“${strategy}”: ${finding.message} (${own.size} trials, ${failed} failed requests)`,
      ...(finding.container === undefined ? {} : { container: finding.container }),
    };
  });
}
