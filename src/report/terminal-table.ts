import { styleText } from 'node:util';
import { formatMs } from '../analyze/words/format-figures.ts';
import type { CellResult, RunResult } from '../analyze/run-result.ts';
import { VERDICT_OF } from '../model/standing.ts';
import type { Verdict } from '../model/verdict.ts';
import type { LoadSpec } from '../model/scenario.ts';
import { describeCauses } from './describe-causes.ts';
import { describeCure } from './describe-cure.ts';
import { describeExecuted } from './describe-executed.ts';
import { describeFailures } from './describe-failures.ts';
import { describeGap } from './describe-gap.ts';
import { describeMargin } from './describe-margin.ts';
import { describePace } from './describe-pace.ts';
import { describeScore } from './describe-score.ts';
import { formatAtLeast } from './format-at-least.ts';
import { formatLatencyPair } from './format-latency-pair.ts';
import { needLines } from './describe-need.ts';
import { hazardLines } from './hazard-lines.ts';
import { STANDING_WORDS } from './standing-words.ts';
import { terminalColumns } from './terminal-columns.ts';
import { terminalText } from '../model/terminal-text.ts';
import { tuneLines } from './tune-lines.ts';
import { tunePatch } from './tune-patch.ts';

const COLOURS = { pass: 'green', fail: 'red', inconclusive: 'yellow', void: 'magenta' } as const;

/**
 * The result for a terminal: the table, then the controls and findings, then the answer, which is what one reads
 * last and sees first. `colour` adds ANSI colours; words carry the meaning either way.
 */
export function terminalTable(result: RunResult, options: { readonly colour: boolean }): string {
  const paint = (verdict: Verdict, text: string): string =>
    options.colour ? styleText(['bold', COLOURS[verdict]], text, { validateStream: false }) : text;
  const severalDisruptions = result.manifest.scenario.spec.disruptions.length > 1;
  const header = [
    'strategy',
    ...(severalDisruptions ? ['disruption'] : []),
    'load',
    'verdict',
    'margin',
    'failing',
    'at 95 %',
    'failed/trial',
    'lost window',
    'shutdown',
    'no answer',
    'p99 before → after',
  ];
  const { loads } = result.manifest.scenario.spec;
  const rows = result.cells.map((cell) => row(cell, severalDisruptions, loads, paint));
  return [
    ...terminalColumns([header, ...rows]),
    '',
    ...causeLines(result, severalDisruptions),
    ...titled('what could have met a request', hazardLines(result)),
    ...cureLines(result),
    ...titled('Pods are still sent to after their delete, for', needLines(result)),
    ...gapLines(result, severalDisruptions),
    ...result.controls.map(
      (control) =>
        `${paint(control.verdict, control.verdict.padEnd(12))} ${control.role}: ${terminalText(control.explanation)}`,
    ),
    ...result.findings.map(({ severity, message }) => `${severity.padEnd(12)} ${terminalText(message)}`),
    ...paceLines(result),
    '',
    `${paint(result.verdict, result.verdict.toUpperCase())}  ${terminalText(result.headline)}`,
    terminalText(result.recommendation.sentence),
    ...answerLines(result, paint),
    ...tuneText(result),
    '',
  ].join('\n');
}

/** How fast the evidence came. */
function paceLines(result: RunResult): readonly string[] {
  const pace = describePace(result);
  return pace === '' ? [] : [`${'pace'.padEnd(12)} ${pace}`];
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${terminalText(line)}`), ''];
}

/** What a tune has found, ready to be pasted. */
function tuneText(result: RunResult): readonly string[] {
  const patch = tunePatch(result);
  if (patch === null) return [];
  return ['', ...tuneLines(result).map((line) => `  ${terminalText(line)}`), '', patch.trimEnd()];
}

/** What holds for each load, or what would. */
function answerLines(
  { verdict, recommendation }: RunResult,
  paint: (verdict: Verdict, text: string) => string,
): readonly string[] {
  if (verdict === 'void') return [];
  return recommendation.loads.map(
    ({ load, standing, sentence }) =>
      `  ${paint(VERDICT_OF[standing], STANDING_WORDS[standing].padEnd(7))} ${load}: ${terminalText(sentence)}`,
  );
}

/** Which strategy lost its requests why, one line each. */
function causeLines(result: RunResult, severalDisruptions: boolean): readonly string[] {
  const lines = result.cells
    .filter(({ byCause }) => byCause.size > 0)
    .map((cell) => {
      const where = [cell.strategy, ...(severalDisruptions ? [cell.disruption] : []), cell.load];
      const executed = describeExecuted(cell.executedUnanswered);
      return `${where.join(', ')}: ${describeCauses(cell.byCause)}${executed === '' ? '' : `; ${executed}`}`;
    });
  return lines.length === 0 ? [] : ['why requests failed', ...lines.map((line) => `  ${line}`), ''];
}

/** What helps against it, one line each. */
function cureLines({ cures }: RunResult): readonly string[] {
  return cures.length === 0
    ? []
    : ['what helps', ...cures.map((cure) => `  ${terminalText(describeCure(cure))}`), ''];
}

/** Did the Pods still listen when the last node had stopped sending? One line a strategy. */
function gapLines({ budgets }: RunResult, severalDisruptions: boolean): readonly string[] {
  const lines = budgets.flatMap((budget) => {
    const gap = describeGap(budget);
    const who = [budget.strategy, ...(severalDisruptions ? [budget.disruption] : [])].join(', ');
    return gap === null ? [] : [`  ${who}: ${terminalText(gap)}`];
  });
  return lines.length === 0 ? [] : ['listener closed after the last node’s rules', ...lines, ''];
}

function row(
  cell: CellResult,
  severalDisruptions: boolean,
  loads: readonly LoadSpec[],
  paint: (verdict: Verdict, text: string) => string,
): readonly string[] {
  const score = describeScore(cell);
  return [
    cell.strategy,
    ...(severalDisruptions ? [cell.disruption] : []),
    cell.load,
    paint(cell.verdict, STANDING_WORDS[cell.standing]),
    describeMargin(cell),
    score.count,
    score.bound,
    describeFailures(cell, loads),
    formatMs(cell.lostWindowMs.median),
    formatMs(cell.shutdownMs.median),
    formatAtLeast(cell.unavailableMs.max, cell.unavailableAtLeast),
    formatLatencyPair('p99', cell.baselineLatencyMs, cell.eventLatencyMs),
  ];
}
