import { formatMs } from '../analyze/format-ms.ts';
import type { CellResult, RunResult } from '../analyze/run-result.ts';
import type { Verdict } from '../model/verdict.ts';
import { describeCauses } from './describe-causes.ts';
import { describeGap } from './describe-gap.ts';
import { describeScore } from './describe-score.ts';
import { formatCount } from './format-count.ts';
import { formatPair } from './format-pair.ts';
import { reproduceCommand } from './reproduce-command.ts';

const WORDS: Readonly<Record<Verdict, string>> = {
  pass: '✅ pass',
  fail: '❌ fail',
  inconclusive: '❔ inconclusive',
  void: '🚫 void',
};

/** summary.md: the answer, the table and the controls, for a CI job's summary page or a pull request. */
export function summaryMarkdown(result: RunResult): string {
  const { manifest, controls, findings } = result;
  const severalDisruptions = manifest.scenario.spec.disruptions.length > 1;
  return [
    `## ${WORDS[result.verdict]}: ${escape(manifest.scenario.metadata.question)}`,
    '',
    `**${escape(result.headline)}**`,
    '',
    escape(result.recommendation.sentence),
    '',
    `| strategy | ${severalDisruptions ? 'disruption | ' : ''}load | verdict | failing trials | at 95 % | failed requests a trial (median, max) | why | lost window | shutdown | p99 before → after |`,
    `| --- | ${severalDisruptions ? '--- | ' : ''}--- | --- | --: | --: | --: | --- | --: | --: | --: |`,
    ...result.cells.map((cell) => row(cell, severalDisruptions)),
    '',
    ...gapLines(result, severalDisruptions),
    '**Controls**',
    '',
    ...controls.map(
      (control) => `- ${WORDS[control.verdict]} · ${control.role}: ${escape(control.explanation)}.`,
    ),
    ...(findings.length === 0 ? [] : ['', '**What to know**', '']),
    ...findings.map(({ severity, message }) => `- ${severity}: ${escape(message)}`),
    '',
    `<sub>run ${escape(manifest.runId)} · seed ${manifest.plan.seed} · ${formatCount(result.trials.length)} trials · again: <code>${escape(reproduceCommand(manifest))}</code> · schemaVersion 1</sub>`,
    '',
  ].join('\n');
}

/** Did the Pods still listen when the last node had stopped sending? One line a strategy. */
function gapLines({ budgets }: RunResult, severalDisruptions: boolean): readonly string[] {
  const lines = budgets.flatMap((budget) => {
    const gap = describeGap(budget);
    const who = severalDisruptions ? `${budget.strategy}, ${budget.disruption}` : budget.strategy;
    return gap === null ? [] : [`- ${escape(who)}: ${escape(gap)}`];
  });
  return lines.length === 0 ? [] : ['**Listener closed after the last node’s rules?**', '', ...lines, ''];
}

function row(cell: CellResult, severalDisruptions: boolean): string {
  const score = describeScore(cell);
  const cells = [
    escape(cell.strategy),
    ...(severalDisruptions ? [escape(cell.disruption)] : []),
    escape(cell.load),
    WORDS[cell.verdict],
    score.count,
    score.bound,
    `${cell.failures.median ?? '–'}, ${cell.failures.max ?? '–'}`,
    describeCauses(cell.byCause),
    formatMs(cell.lostWindowMs.median),
    formatMs(cell.shutdownMs.median),
    formatPair(cell.baselineLatencyMs.p99, cell.eventLatencyMs.p99),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Text that Markdown takes for text: no markup, no HTML, no table border, one line. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll(/\s+/g, ' ');
}
