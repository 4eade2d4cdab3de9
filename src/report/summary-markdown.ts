import { formatMs } from '../analyze/words/format-figures.ts';
import type { CellResult, RunResult } from '../analyze/run-result.ts';
import { VERDICT_OF } from '../model/standing.ts';
import { countOf } from '../model/count-of.ts';
import type { Verdict } from '../model/verdict.ts';
import type { LoadSpec } from '../model/scenario.ts';
import { describeCauses } from './describe-causes.ts';
import { describeCure } from './describe-cure.ts';
import { describeExecuted } from './describe-executed.ts';
import { retries } from './describe-failures.ts';
import { describeGap } from './describe-gap.ts';
import { describeMargin } from './describe-margin.ts';
import { describePace } from './describe-pace.ts';
import { describeScore } from './describe-score.ts';
import { formatAtLeast } from './format-at-least.ts';
import { formatLatencyPair } from './format-latency-pair.ts';
import { markdownText } from './markdown-text.ts';
import { reproduceCommand } from './reproduce-command.ts';
import { needLines } from './describe-need.ts';
import { hazardLines } from './hazard-lines.ts';
import { tuneLines } from './tune-lines.ts';
import { tunePatch } from './tune-patch.ts';
import { STANDING_WORDS } from './standing-words.ts';

const SIGNS: Readonly<Record<Verdict, string>> = { pass: '✅', fail: '❌', inconclusive: '❔', void: '🚫' };

/** summary.md: the answer, the table and the controls, for a CI job's summary page or a pull request. */
export function summaryMarkdown(result: RunResult): string {
  const { manifest, controls, findings } = result;
  const severalDisruptions = manifest.scenario.spec.disruptions.length > 1;
  return [
    `## ${SIGNS[result.verdict]} ${result.verdict}: ${markdownText(manifest.scenario.metadata.question)}`,
    '',
    `**${markdownText(result.headline)}**`,
    '',
    markdownText(result.recommendation.sentence),
    '',
    ...answerLines(result),
    ...tuneText(result),
    `| strategy | ${severalDisruptions ? 'disruption | ' : ''}load | verdict | margin | failing trials | at 95 % | failed requests a trial (median, max) | why | lost window | shutdown | no answer for (max) | p99 before → after |`,
    `| --- | ${severalDisruptions ? '--- | ' : ''}--- | --- | --: | --: | --: | --: | --- | --: | --: | --: | --: |`,
    ...result.cells.map((cell) => row(cell, severalDisruptions, manifest.scenario.spec.loads)),
    '',
    ...titled('What could have met a request', hazardLines(result)),
    ...cureLines(result),
    ...titled('Pods are still sent to after their delete, for', needLines(result)),
    ...gapLines(result, severalDisruptions),
    '**Controls**',
    '',
    ...controls.map(
      (control) =>
        `- ${SIGNS[control.verdict]} ${control.verdict} · ${control.role}: ${markdownText(control.explanation)}.`,
    ),
    ...(findings.length === 0 ? [] : ['', '**What to know**', '']),
    ...findings.map(({ severity, message }) => `- ${severity}: ${markdownText(message)}`),
    '',
    `<sub>run ${markdownText(manifest.runId)} · seed ${manifest.plan.seed} · ${[countOf(result.trials.length, 'trial'), describePace(result)].filter(Boolean).join(' · ')} · again: <code>${markdownText(reproduceCommand(manifest))}</code> · schemaVersion 1</sub>`,
    '',
  ].join('\n');
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0
    ? []
    : [`**${title}**`, '', ...lines.map((line) => `- ${markdownText(line)}`), ''];
}

/** What holds for each load, or what would. */
function answerLines({ verdict, recommendation }: RunResult): readonly string[] {
  if (verdict === 'void') return [];
  const lines = recommendation.loads.map(
    ({ load, standing, sentence }) =>
      `- ${SIGNS[VERDICT_OF[standing]]} **${markdownText(load)}**: ${markdownText(sentence)}`,
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

/** What a tune has found, ready to be pasted. */
function tuneText(result: RunResult): readonly string[] {
  const patch = tunePatch(result);
  if (patch === null) return [];
  return [
    ...tuneLines(result).map((line) => `- ${markdownText(line)}`),
    '',
    '```yaml',
    patch.trimEnd(),
    '```',
    '',
  ];
}

/** What helps against the failures, one line each. */
function cureLines({ cures }: RunResult): readonly string[] {
  return cures.length === 0
    ? []
    : ['**What helps**', '', ...cures.map((cure) => `- ${markdownText(describeCure(cure))}`), ''];
}

/** Did the Pods still listen when the last node had stopped sending? One line a strategy. */
function gapLines({ budgets }: RunResult, severalDisruptions: boolean): readonly string[] {
  const lines = budgets.flatMap((budget) => {
    const gap = describeGap(budget);
    const who = severalDisruptions ? `${budget.strategy}, ${budget.disruption}` : budget.strategy;
    return gap === null ? [] : [`- ${markdownText(who)}: ${markdownText(gap)}`];
  });
  return lines.length === 0 ? [] : ['**Listener closed after the last node’s rules?**', '', ...lines, ''];
}

function row(cell: CellResult, severalDisruptions: boolean, loads: readonly LoadSpec[]): string {
  const score = describeScore(cell);
  const cells = [
    markdownText(cell.strategy),
    ...(severalDisruptions ? [markdownText(cell.disruption)] : []),
    markdownText(cell.load),
    `${SIGNS[cell.verdict]} ${STANDING_WORDS[cell.standing]}`,
    describeMargin(cell),
    score.count,
    score.bound,
    failures(cell, loads),
    [describeCauses(cell.byCause), describeExecuted(cell.executedUnanswered)].filter(Boolean).join('; '),
    formatMs(cell.lostWindowMs.median),
    formatMs(cell.shutdownMs.median),
    formatAtLeast(cell.unavailableMs.max, cell.unavailableAtLeast),
    formatLatencyPair('p99', cell.baselineLatencyMs, cell.eventLatencyMs),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Median and most; of a load whose client retries, also of what remains. */
function failures(cell: CellResult, loads: readonly LoadSpec[]): string {
  const pair = ({ median, max }: CellResult['failures']) => `${median ?? '–'}, ${max ?? '–'}`;
  const after = retries(cell.load, loads) ? `; ${pair(cell.failuresAfterRetry)} after retry` : '';
  return `${pair(cell.failures)}${after}`;
}
