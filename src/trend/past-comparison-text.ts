import { formatPercent } from '../analyze/words/format-figures.ts';
import { countOf } from '../model/count-of.ts';
import { terminalText } from '../model/terminal-text.ts';
import { ANSWER_WORDS } from '../report/comparison-text.ts';
import { formatP } from '../report/format-p.ts';
import { terminalColumns } from '../report/terminal-columns.ts';
import type { PastComparison } from './compare-with-past.ts';

/** A run beside the history of its own kind, for a terminal. */
export function pastComparisonText(comparison: PastComparison): string {
  const { run, cells, onlyInSecond, verdict } = comparison;
  return [
    `history against ${terminalText(`${run.manifest.scenario.metadata.name} ${run.manifest.runId}: ${run.verdict}`)}`,
    '',
    ...terminalColumns([
      ['strategy', 'disruption', 'load', 'runs', 'failing before', 'failing now', 'now against before'],
      ...cells.map(({ strategy, disruption, load, first, second, answer, pHolm, largestRise }) => [
        ...[strategy, disruption, load, String(first.runs)],
        `${first.failingTrials} of ${first.trials}`,
        `${second.failingTrials} of ${second.trials}`,
        `${ANSWER_WORDS[answer]} (p ${formatP(pHolm)}, at most ${formatPercent(Math.max(0, largestRise))} more)`,
      ]),
    ]),
    '',
    ...onlyInSecond.map((name) => `not in the history, or measured otherwise there: ${terminalText(name)}`),
    `${verdict.toUpperCase()}  ${headline(comparison)}`,
    '',
  ].join('\n');
}

function headline({ cells, verdict, run, margin }: PastComparison): string {
  if (cells.length === 0) return 'the history has no earlier run of this scenario on such a cluster';
  switch (verdict) {
    case 'void':
      return `run ${terminalText(run.manifest.runId)} is void: nothing may be concluded`;
    case 'fail':
      return `worse than before: ${cells
        .filter(({ answer }) => answer === 'worse')
        .map(({ strategy, load }) => `${strategy} (${load})`)
        .join(', ')}`;
    case 'pass':
      return `no strategy has ${formatPercent(margin)} more failing trials than before, at 95 % for each by itself`;
    case 'inconclusive':
      return `nothing is shown to be worse than before, but ${countOf(cells.filter(({ answer }) => answer === 'too-few').length, 'cell')} could be by ${formatPercent(margin)} or more, or has no history`;
  }
}
