import { hazardWords } from '../analyze/answer/hazard-words.ts';
import { describeStrategy } from '../analyze/words/describe-strategy.ts';
import { formatMs } from '../analyze/words/format-figures.ts';
import type { CellResult, RunResult } from '../analyze/run-result.ts';
import { VERDICT_OF, type Standing } from '../model/standing.ts';
import type { Verdict } from '../model/verdict.ts';
import { describeMargin, routingMargin } from './describe-margin.ts';
import { describeScore } from './describe-score.ts';
import { markdownText } from './markdown-text.ts';
import { STANDING_WORDS } from './standing-words.ts';
import { rounded, toCsv } from './to-csv.ts';

const SIGNS: Readonly<Record<Verdict, string>> = { pass: '✅', fail: '❌', inconclusive: '❔', void: '🚫' };

/** One row for each scenario × strategy × disruption × load of several runs, as a Markdown table. */
export function scorecardMarkdown(results: readonly RunResult[]): string {
  const severalDisruptions = results.some(({ manifest }) => manifest.scenario.spec.disruptions.length > 1);
  const lines = results.flatMap((result) =>
    result.cells.map((cell) => {
      const cells = [
        result.manifest.scenario.metadata.name,
        `${cell.strategy}: ${settingOf(result, cell)}`,
        ...(severalDisruptions ? [cell.disruption] : []),
        cell.load,
        `${SIGNS[cellVerdict(result, cell)]} ${STANDING_WORDS[cellStanding(result, cell)]}`,
        hazardsOf(cell).join('; ') || '–',
        describeMargin(cell),
        describeScore(cell).count,
        formatMs(cell.shutdownMs.median),
        result.manifest.runId,
      ];
      return `| ${cells.map(markdownText).join(' | ')} |`;
    }),
  );
  return [
    `| server | setting | ${severalDisruptions ? 'disruption | ' : ''}load | verdict | what could have met a request | margin | failing trials | a Pod takes to shut down | run |`,
    `| --- | --- | ${severalDisruptions ? '--- | ' : ''}--- | --- | --- | --: | --: | --: | --- |`,
    ...lines,
    '',
    ...conditions(results),
  ].join('\n');
}

/** The same as CSV, with figures. */
export function scorecardCsv(results: readonly RunResult[]): Iterable<string> {
  return toCsv(
    [
      ...['server', 'strategy', 'setting', 'disruption', 'load', 'standing', 'verdict', 'hazards'],
      ...['routingMarginMs', 'trials', 'failingTrials', 'failedRequests', 'requests'],
      ...['shutdownMedianMs', 'addedShutdownMs', 'run'],
    ],
    results.flatMap((result) =>
      result.cells.map((cell) => [
        result.manifest.scenario.metadata.name,
        cell.strategy,
        settingOf(result, cell),
        cell.disruption,
        cell.load,
        cellStanding(result, cell),
        cellVerdict(result, cell),
        cell.hazards
          .filter(({ state }) => state === 'there')
          .map(({ hazard }) => hazard)
          .join(' '),
        rounded(routingMargin(cell)?.ms ?? null),
        cell.trials,
        cell.failingTrials,
        cell.failedRequests,
        cell.requests,
        rounded(cell.shutdownMs.median),
        rounded(cell.addedShutdownMs),
        result.manifest.runId,
      ]),
    ),
  );
}

/** Nothing may be concluded from a void run, whatever its cells say. */
function cellStanding(result: RunResult, cell: CellResult): Standing {
  return result.verdict === 'void' ? 'void' : cell.standing;
}

function cellVerdict(result: RunResult, cell: CellResult): Verdict {
  return VERDICT_OF[cellStanding(result, cell)];
}

function settingOf({ strategies }: RunResult, { strategy }: CellResult): string {
  const found = strategies.find(({ name }) => name === strategy);
  if (found === undefined) return '';
  const env = Object.entries(found.strategy.env ?? {}).map(([name, value]) => `${name}=${value}`);
  return [describeStrategy(found.strategy), ...env].join(', ');
}

function hazardsOf({ hazards }: CellResult): readonly string[] {
  return hazards.filter(({ state }) => state === 'there').map(hazardWords);
}

/** What a reader must know to hold rows against each other: one line for each kind of cluster. */
function conditions(results: readonly RunResult[]): readonly string[] {
  const lines = results.map(({ cells, manifest: { cluster, host, scenario } }) => {
    const loads = scenario.spec.loads.map(
      ({ name, ratePerSecond }) => `${name} ${ratePerSecond ?? 'unpaced'}/s`,
    );
    return [
      `Kubernetes ${cluster?.kubernetesVersion ?? 'unknown'} (${cluster?.driver ?? 'no cluster'}, ${cluster?.proxyMode ?? '–'})`,
      `${host.cpus} CPUs`,
      loads.join(', '),
      [...new Set(cells.map(({ disruption }) => disruption))].join(', '),
    ].join('; ');
  });
  return [...new Set(lines)].map((line) => `- ${markdownText(line)}`);
}
