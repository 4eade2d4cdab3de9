import { styleText } from 'node:util';

import { formatMs } from '../analyze/format-ms.ts';
import type { CellResult, RunResult } from '../analyze/run-result.ts';
import type { Verdict } from '../model/verdict.ts';
import { describeCauses } from './describe-causes.ts';
import { describeGap } from './describe-gap.ts';
import { describeScore } from './describe-score.ts';
import { formatPair } from './format-pair.ts';
import { terminalColumns } from './terminal-columns.ts';
import { terminalText } from './terminal-text.ts';

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
    'failing',
    'at 95 %',
    'failed/trial',
    'lost window',
    'shutdown',
    'p99 before → after',
  ];
  const rows = result.cells.map((cell) => row(cell, severalDisruptions, paint));
  return [
    ...terminalColumns([header, ...rows]),
    '',
    ...causeLines(result, severalDisruptions),
    ...gapLines(result, severalDisruptions),
    ...result.controls.map(
      (control) =>
        `${paint(control.verdict, control.verdict.padEnd(12))} ${control.role}: ${terminalText(control.explanation)}`,
    ),
    ...result.findings.map(({ severity, message }) => `${severity.padEnd(12)} ${terminalText(message)}`),
    '',
    `${paint(result.verdict, result.verdict.toUpperCase())}  ${terminalText(result.headline)}`,
    terminalText(result.recommendation.sentence),
    '',
  ].join('\n');
}

/** Which strategy lost its requests why, one line each. */
function causeLines(result: RunResult, severalDisruptions: boolean): readonly string[] {
  const lines = result.cells
    .filter(({ byCause }) => byCause.size > 0)
    .map((cell) => {
      const where = [cell.strategy, ...(severalDisruptions ? [cell.disruption] : []), cell.load];
      return `${where.join(', ')}: ${describeCauses(cell.byCause)}`;
    });
  return lines.length === 0 ? [] : ['why requests failed', ...lines.map((line) => `  ${line}`), ''];
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
  paint: (verdict: Verdict, text: string) => string,
): readonly string[] {
  const score = describeScore(cell);
  return [
    cell.strategy,
    ...(severalDisruptions ? [cell.disruption] : []),
    cell.load,
    paint(cell.verdict, cell.verdict),
    score.count,
    score.bound,
    cell.failures.median === null ? '–' : `${cell.failures.median} (max ${cell.failures.max ?? '–'})`,
    formatMs(cell.lostWindowMs.median),
    formatMs(cell.shutdownMs.median),
    formatPair(cell.baselineLatencyMs.p99, cell.eventLatencyMs.p99),
  ];
}
