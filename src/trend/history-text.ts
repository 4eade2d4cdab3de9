import { formatMs, formatPercent } from '../analyze/words/format-figures.ts';
import { upperBound } from '../analyze/statistics/clopper-pearson.ts';
import { countOf } from '../model/count-of.ts';
import { terminalText } from '../model/terminal-text.ts';
import { formatP } from '../report/format-p.ts';
import { signedMs } from '../report/signed-ms.ts';
import { terminalColumns } from '../report/terminal-columns.ts';
import { FIGURES, ownThreshold, type OwnThreshold } from './figures.ts';
import { CHANGE_LEVEL, findChanges, type Change } from './find-changes.ts';
import type { HistoryGate } from './gate-history.ts';
import type { PastFolder } from './past-folder.ts';
import { cellTitle, platformTitle, seriesOf, type Series } from './series.ts';

/** `history show` for a terminal: every series with its newest run, its own thresholds, and where its margin changed. */
export function historyText(folder: PastFolder): string {
  const all = seriesOf(folder.runs);
  const changes = findChanges(all);
  const groups = Map.groupBy(all, ({ scenario, platform }) => `${scenario} on ${platformTitle(platform)}`);
  return [
    `${countOf(folder.runs.length, 'run')}${periodOf(folder)}`,
    ...unusedLines(folder),
    '',
    ...[...groups].flatMap(([title, group]) => [
      terminalText(title),
      ...terminalColumns([
        ['strategy, disruption, load', 'runs', 'failing trials', 'margin', ...FIGURES.map(({ title: name }) => `${name}, P95`)],
        ...group.map(row),
      ]),
      '',
    ]),
    ...changeLines(changes),
    '',
  ].join('\n'); // prettier-ignore
}

/** What `history gate` has to say of one run. */
export function gateText(gate: HistoryGate): string {
  const { run, worse, beyond, tooFew, series, verdict } = gate;
  return [
    ...worse.map((change) => `worse   ${describeChange(change)}`),
    ...beyond.map(
      ({ series: own, threshold, ms }) =>
        `beyond  ${terminalText(cellTitle(own))}: ${threshold.figure.title} ${formatMs(ms)}; 95 of 100 runs are no worse than ${formatMs(threshold.ms)} (P95 of ${countOf(threshold.runs, 'run')})`,
    ),
    ...(gate.compared === 0
      ? []
      : [
          `${countOf(beyond.length, 'figure')} of ${gate.compared} beyond the P95 of earlier runs; by chance alone it is ${gate.expectedByChance.toFixed(1)} on average`,
        ]),
    ...(tooFew.length === 0
      ? []
      : [`${tooFew.length} of ${countOf(series.length, 'series', 'series')} with fewer than 10 earlier runs: no threshold`]),
    `${verdict.toUpperCase()}  ${gateHeadline(gate)} (${terminalText(run.runId)})`,
    '',
  ].join('\n'); // prettier-ignore
}

function gateHeadline({ verdict, worse, beyond, series }: HistoryGate): string {
  switch (verdict) {
    case 'void':
      return series.length === 0 ? 'the run shows nothing that could be compared' : 'the run itself is void';
    case 'fail':
      return worse.length > 0
        ? `the margin has become smaller in ${countOf(worse.length, 'cell')}`
        : `${countOf(beyond.length, 'figure is', 'figures are')} beyond the threshold`;
    case 'inconclusive':
      return 'too few earlier runs to tell';
    case 'pass':
      return 'no margin has become smaller than in earlier runs';
  }
}

/** Each target that the scenario could have by one's own runs. */
export function describeThreshold({ figure, ms, runs }: OwnThreshold): string {
  return `${figure.worse === 'lower' ? signedMs(ms) : formatMs(ms)} (${runs})`;
}

export function describeChange(change: Change): string {
  const { series, since, beforeMs, afterMs, runsBefore, runsAfter, p } = change;
  return terminalText(
    `${cellTitle(series)}: median margin ${signedMs(beforeMs)} in ${countOf(runsBefore, 'run')}, ${signedMs(afterMs)} in ${countOf(runsAfter, 'run')} since ${since.runId} (p ${formatP(p)}; ${platformTitle(series.platform)})`,
  );
}

function changeLines(changes: readonly Change[]): readonly string[] {
  return changes.length === 0
    ? [`no change of a margin is shown (exact test of runs, p ≤ ${CHANGE_LEVEL} with Holm over all lines)`]
    : ['changes of the margin', ...changes.map((change) => `  ${describeChange(change)}`)];
}

function row(series: Series): readonly string[] {
  const last = series.points.at(-1)?.cell;
  const trials = sum(series.points.map(({ cell }) => cell.trials));
  const failing = sum(series.points.map(({ cell }) => cell.failingTrials));
  return [
    terminalText(cellTitle(series)),
    String(series.points.length),
    `${failing} of ${trials} (< ${formatPercent(upperBound(failing, trials))})`,
    last?.marginMs == null ? '–' : signedMs(last.marginMs.median),
    ...FIGURES.map((figure) => {
      const threshold = ownThreshold(series, figure);
      return threshold === null ? '–' : describeThreshold(threshold);
    }),
  ];
}

function periodOf({ runs }: PastFolder): string {
  const [first, last] = [runs.at(0), runs.at(-1)];
  return first === undefined || last === undefined
    ? ''
    : `, ${dateOf(first.startedAtMs)} to ${dateOf(last.startedAtMs)}`;
}

/** Files of the history that nothing was made of: never left unsaid. */
export function unusedLines({ damaged, newer }: Pick<PastFolder, 'damaged' | 'newer'>): readonly string[] {
  return [
    ...damaged.map(({ file, why }) => `not used: ${terminalText(file)}: ${terminalText(why)}. Add its run again.`),
    ...(newer.length === 0
      ? []
      : [`not used: ${countOf(newer.length, 'file')} of a newer drainbench (${terminalText(newer.slice(0, 3).join(', '))}${newer.length > 3 ? ', …' : ''})`]),
  ]; // prettier-ignore
}

export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
