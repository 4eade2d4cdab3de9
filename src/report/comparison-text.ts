import { formatMs, formatPercent } from '../analyze/words/format-figures.ts';
import type { ComparedCell, RunComparison } from '../analyze/run/compare-runs.ts';
import type { RunResult } from '../analyze/run-result.ts';
import type { BudgetStep } from '../model/budget.ts';
import { countOf } from '../model/count-of.ts';
import { describeScore } from './describe-score.ts';
import { formatP } from './format-p.ts';
import { formatPair } from './format-pair.ts';
import { terminalColumns } from './terminal-columns.ts';
import { terminalText } from '../model/terminal-text.ts';

/** What came of a cell that was held against another one. */
export const ANSWER_WORDS: Readonly<Record<ComparedCell['answer'], string>> = {
  worse: 'worse',
  better: 'better',
  'not-worse': 'not worse',
  'too-few': 'too few trials to tell',
};
const STEPS: readonly (readonly [BudgetStep, string])[] = [
  ['slice-updated', 'slice updated'],
  ['last-node-rules', "last node's rules"],
  ['listener-closed', 'listener closed'],
  ['pod-gone', 'Pod gone'],
];

/** Two runs side by side for a terminal: who they are, every strategy's result in both, where the time went, the answer. */
export function comparisonText(comparison: RunComparison): string {
  const { first, second, cells } = comparison;
  return [
    `A  ${describeRun(first)}`,
    `B  ${describeRun(second)}`,
    '',
    ...terminalColumns([
      ['strategy', 'disruption', 'load', 'A', 'at 95 %', 'B', 'at 95 %', 'B against A', 'shutdown A · B'],
      ...cells.map(row),
    ]),
    '',
    'median time since the delete, A · B',
    ...terminalColumns([
      ['strategy', 'disruption', ...STEPS.map(([, title]) => title), 'gap'],
      ...budgetRows(first, second),
    ]),
    '',
    ...comparison.onlyInFirst.map((name) => `only in A: ${name}`),
    ...comparison.onlyInSecond.map((name) => `only in B: ${name}`),
    `${comparison.verdict.toUpperCase()}  ${headline(comparison)}`,
    '',
  ].join('\n');
}

function describeRun({ manifest, verdict, recommendation }: RunResult): string {
  const { cluster, scenario, runId } = manifest;
  const where =
    cluster === null
      ? 'no cluster'
      : `${cluster.driver}, Kubernetes ${cluster.kubernetesVersion}, ${cluster.proxyMode}, ${countOf(cluster.nodes.length, 'node')}`;
  const answer = recommendation.strategy ?? 'none recommended';
  return terminalText(`${scenario.metadata.name} ${runId} (${where}): ${verdict}, ${answer}`);
}

function row({
  strategy,
  disruption,
  load,
  first,
  second,
  answer,
  pHolm,
  largestRise,
}: ComparedCell): readonly string[] {
  const [a, b] = [describeScore(first), describeScore(second)];
  return [
    strategy,
    disruption,
    load,
    a.count,
    a.bound,
    b.count,
    b.bound,
    `${ANSWER_WORDS[answer]} (p ${formatP(pHolm)}, at most ${formatRise(largestRise)} more)`,
    formatPair(first.shutdownMs.median, second.shutdownMs.median, '·'),
  ];
}

function budgetRows(first: RunResult, second: RunResult): readonly (readonly string[])[] {
  return first.budgets.flatMap((a) => {
    const b = second.budgets.find(
      ({ strategy, disruption }) => strategy === a.strategy && disruption === a.disruption,
    );
    if (b === undefined) return [];
    const stepOf = (budget: typeof a, step: BudgetStep): number | null =>
      budget.steps.find((entry) => entry.step === step)?.medianMs ?? null;
    return [
      [
        a.strategy,
        a.disruption,
        ...STEPS.map(([step]) => formatPair(stepOf(a, step), stepOf(b, step), '·')),
        `${formatMs(a.gap?.medianMs ?? null)} · ${formatMs(b.gap?.medianMs ?? null)}`,
      ],
    ];
  });
}

/** Of the trials; a share that cannot have risen is no negative rise. */
function formatRise(share: number): string {
  return formatPercent(Math.max(0, share));
}

function headline({ cells, verdict, first, second, margin }: RunComparison): string {
  const named = (answer: ComparedCell['answer']): string =>
    cells
      .filter((cell) => cell.answer === answer)
      .map(({ strategy, load }) => `${strategy} (${load})`)
      .join(', ');
  if (cells.length === 0) return 'the runs have no strategy, disruption and load in common';
  if (verdict === 'void') return `${first.verdict === 'void' ? 'A' : 'B'} is void: nothing may be concluded`;
  if (verdict === 'fail') {
    const worse = cells.filter(({ answer }) => answer === 'worse');
    const names = (which: readonly ComparedCell[]): string =>
      which.map(({ strategy, load }) => `${strategy} (${load})`).join(', ');
    // A margin that is gone shows in a few trials, before any of them fails.
    const gone = worse.filter(({ pHolm, first: before }) => pHolm >= 0.05 && before.standing === 'holds');
    const more = worse.filter((cell) => !gone.includes(cell));
    return [
      ...(more.length > 0 ? [`in B more trials fail with ${names(more)}`] : []),
      ...(gone.length > 0 ? [`held in A and not in B: ${names(gone)}`] : []),
    ].join('; ');
  }
  const better = named('better') === '' ? '' : `; fewer trials fail in B with ${named('better')}`;
  const same = first.recommendation.strategy === second.recommendation.strategy;
  const answers = same ? 'both give the same answer' : 'they recommend different strategies';
  const limit = `${formatPercent(margin)} more failing trials`;
  return verdict === 'inconclusive'
    ? `no strategy is shown to be worse in B, but not all are shown to have less than ${limit}; ${answers}${better}`
    : `no strategy has ${limit} in B, at 95 % for each by itself; ${answers}${better}`;
}
