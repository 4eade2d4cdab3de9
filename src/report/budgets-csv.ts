import type { RunResult } from '../analyze/run-result.ts';
import type { NodeBudget, SafetyGap, StrategyBudget } from '../model/budget.ts';
import { rounded, toCsv, type Cell } from './to-csv.ts';

const COLUMNS = [
  'strategy',
  'disruption',
  'step',
  'node',
  'pods',
  'count',
  'medianMs',
  'worstMs',
  'worstUncertaintyMs',
  'indeterminate',
  'state',
  'notDropped',
  'notWatched',
  'lastSyncBeforeMs',
  'syncsSince',
  'meanSyncMs',
];

/** budgets.csv: one line for each step of each strategy × disruption, and for each node’s rules and gap. */
export function budgetsCsv(result: RunResult): Iterable<string> {
  return toCsv(COLUMNS, result.budgets.flatMap(rows));
}

function rows(budget: StrategyBudget): readonly (readonly Cell[])[] {
  const start = [budget.strategy, budget.disruption] as const;
  const nothing = [null, null, null] as const;
  return [
    ...budget.steps.map(({ step, count, medianMs, maxMs }) => [
      ...start,
      ...[step, null, budget.pods, count, rounded(medianMs), rounded(maxMs)],
      ...[null, null, null, null, null, ...nothing],
    ]),
    ...budget.nodes.map((node) => [
      ...start,
      ...['node-rules', node.node, node.victims, node.dropped, rounded(node.medianMs), rounded(node.maxMs)],
      ...[null, null, null, node.notDropped, node.notWatched],
      ...[rounded(node.lastSyncBeforeMs), rounded(node.syncsSince), rounded(node.meanSyncMs)],
    ]),
    ...[...(budget.nodes.length === 0 ? [] : [budget]), ...budget.nodes].map((each) => [
      ...start,
      ...gapCells(each),
      ...nothing,
    ]),
  ];
}

function gapCells(of: StrategyBudget | NodeBudget): readonly Cell[] {
  const { gap, victims, state } = of;
  const cells = (known: SafetyGap): readonly Cell[] => [
    known.count,
    rounded(known.medianMs),
    rounded(known.worstMs),
    rounded(known.worstUncertaintyMs),
    known.indeterminate,
  ];
  return [
    ...['gap', 'node' in of ? of.node : null, victims],
    ...(gap === null ? [0, null, null, null, null] : cells(gap)),
    ...[state, 'node' in of ? of.notDropped : null, 'node' in of ? of.notWatched : null],
  ];
}
