import { countOf } from '../../model/count-of.ts';
import type { Finding } from '../../model/verdict.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/** What is said of a strategy rather than of one trial: what could be known before, and what its shutdowns showed. */
const ABOUT_A_STRATEGY = ['preflight-', 'shutdown-'];
const GRAVEST: readonly Finding['severity'][] = ['void', 'warning', 'info'];

/**
 * What the trials of a strategy found about it is said once for the run, and once for each container that it is about,
 * with what came of it. Where trials measured different things, the gravest is quoted, and of which trial it is.
 */
export function strategyFindings(trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const groups = new Map<string, Group>();
  for (const trial of trials) {
    if (!trial.counted || trial.trial.role !== 'comparison') continue;
    for (const finding of trial.findings) {
      if (!ABOUT_A_STRATEGY.some((prefix) => finding.code.startsWith(prefix))) continue;
      const strategy = trial.trial.strategy.name;
      const key = [finding.code, strategy, finding.container ?? ''].join('\n');
      const group = groups.get(key) ?? { strategy, found: [] };
      groups.set(key, group);
      group.found.push({ finding, trial });
    }
  }
  return [...groups.values()].flatMap(summarize);
}

interface Group {
  readonly strategy: string;
  readonly found: { readonly finding: Finding; readonly trial: AnalyzedTrial }[];
}

function summarize({ strategy, found }: Group): readonly Finding[] {
  const [gravest] = found.toSorted(
    (a, b) => GRAVEST.indexOf(a.finding.severity) - GRAVEST.indexOf(b.finding.severity),
  );
  if (gravest === undefined) return [];
  const { finding, trial } = gravest;
  const own = new Set(found.map((each) => each.trial));
  const failed = [...own].reduce((sum, { failures }) => sum + failures.length, 0);
  const differ = new Set(found.map((each) => each.finding.message)).size > 1;
  const where = differ
    ? `as in trial ${trial.trial.number}; ${countOf(own.size, 'trial')}`
    : countOf(own.size, 'trial');
  return [
    {
      code: finding.code,
      severity: finding.severity,
      message: `“${strategy}”: ${finding.message} (${where}, ${countOf(failed, 'failed request')})`,
      ...(finding.container === undefined ? {} : { container: finding.container }),
    },
  ];
}
