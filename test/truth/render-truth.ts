import { relative } from 'node:path';

import {
  confusionMatrix,
  type Agreement,
  type ConfusionMatrix,
  type MatrixCell,
} from './confusion-matrix.ts';
import type { JudgedRun, SeededFailure } from './judge-run.ts';
import { CLOSE_MS, truthShortfalls } from './truth-shortfalls.ts';

const DISAGREEMENTS_SHOWN = 50;

export interface RenderedTruth {
  readonly markdown: string;
  readonly csv: string;
  /** Nothing falls short of what is wanted (`truthShortfalls`). */
  readonly passed: boolean;
}

/** The confusion matrix as a page and as a table, and whether it is good enough. Pure. */
export function renderTruth(runs: readonly JudgedRun[]): RenderedTruth {
  const seeded = runs.flatMap((run) => run.seeded);
  const matrix = confusionMatrix(seeded);
  const shortfalls = truthShortfalls(runs);
  const sections = [
    ['# Seeded causes against attributed causes', introduction(runs)],
    ['## Agreement', agreementTable(matrix)],
    ['## Confusion matrix, all proxy modes', matrixTable(matrix)],
    ['## How sure', confidenceTable(matrix)],
    ['## Disagreements', disagreementList(seeded)],
    ['## Failures that do not count', notCountedTable(runs)],
    ['## Other measures', otherMeasures(runs, seeded)],
    ['## Runs', runTable(runs)],
    ...(shortfalls.length === 0
      ? []
      : [['## Not as wanted', shortfalls.map((line) => `- ${line}`).join('\n')]]),
  ];
  return {
    markdown: `${sections.map((section) => section.join('\n\n')).join('\n\n')}\n`,
    csv: csvOf(matrix.cells),
    passed: shortfalls.length === 0,
  };
}

function introduction(runs: readonly JudgedRun[]): string {
  const [first] = runs;
  if (first === undefined) return 'No run.';
  const { versions, host, git, clock } = first.manifest;
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const commit = git === null ? '' : `, commit ${git.commit.slice(0, 12)}${git.dirty ? ' with changes' : ''}`;
  return [
    'Written by `make truth`. Scripted servers, a scripted load generator and the harness fail requests on purpose, each for one known cause, under real load on real clusters; every failed request is then attributed by the tool itself, which does not see the scripts’ own records. docs/methodology.md says what counts as known.',
    '',
    `${tools.join(', ')}${commit}; Linux ${host.kernel}, ${host.cpus} × ${host.cpuModel}; ${new Date(clock.start.wallMs).toISOString()}.`,
  ].join('\n');
}

function agreementTable({ agreements }: ConfusionMatrix): string {
  const modes = [...new Set(agreements.map(({ proxyMode }) => proxyMode))];
  const causes = [...new Set(agreements.map(({ seeded }) => seeded))];
  const cell = (mode: string | null, cause: string | null) =>
    agreed(agreements.find(({ proxyMode, seeded }) => proxyMode === mode && seeded === cause));
  return table(
    ['seeded cause', ...modes.map((mode) => mode ?? 'all')],
    causes.map((cause) => [cause ?? '**all**', ...modes.map((mode) => cell(mode, cause))]),
  );
}

function agreed(agreement: Agreement | undefined): string {
  if (agreement === undefined || agreement.total === 0) return '–';
  return `${percent(agreement.share)} (${agreement.agreed} of ${agreement.total})`;
}

function matrixTable({ cells }: ConfusionMatrix): string {
  const columns = [...new Set(cells.map(({ attributed }) => attributed))].sort();
  const rows = [...Map.groupBy(cells, ({ seeded }) => seeded)].sort(([a], [b]) => (a < b ? -1 : 1));
  return table(
    ['seeded ↓ attributed →', ...columns],
    rows.map(([seeded, own]) => [
      seeded,
      ...columns.map((column) => {
        const count = sum(own.filter(({ attributed }) => attributed === column).map(countOf));
        return count === 0 ? '·' : `${count}`;
      }),
    ]),
  );
}

function confidenceTable({ cells }: ConfusionMatrix): string {
  const rows = [...Map.groupBy(cells, ({ attributed }) => attributed)].sort(([a], [b]) => (a < b ? -1 : 1));
  const pair = (own: readonly MatrixCell[], confidence: 'certain' | 'likely' | 'weak') => {
    const right = sum(own.filter((cell) => cell.seeded === cell.attributed).map((cell) => cell[confidence]));
    const all = sum(own.map((cell) => cell[confidence]));
    return all === 0 ? '·' : right === all ? `${all}` : `${all}, ${all - right} of them wrong`;
  };
  return table(
    ['attributed cause', 'certain', 'likely', 'weak'],
    rows.map(([attributed, own]) => [
      attributed,
      pair(own, 'certain'),
      pair(own, 'likely'),
      pair(own, 'weak'),
    ]),
  );
}

function disagreementList(seeded: readonly SeededFailure[]): string {
  const wrong = seeded.filter((failure) => failure.seeded !== failure.attributed);
  if (wrong.length === 0) return 'None.';
  const lines = wrong
    .slice(0, DISAGREEMENTS_SHOWN)
    .map(
      ({ seeded: cause, attributed, confidence, because, runPath, request }) =>
        `- ${cause} taken for ${attributed} (${confidence}: ${because}): \`bin/drainbench explain ${relative(process.cwd(), runPath)} ${request}\``,
    );
  const rest = wrong.length - lines.length;
  return [...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

function notCountedTable(runs: readonly JudgedRun[]): string {
  const rows = runs.flatMap(({ proxyMode, fault, notCounted }) =>
    [...notCounted].map(([why, count]) => [proxyMode, fault, `${count}`, why]),
  );
  return rows.length === 0 ? 'None.' : table(['proxy mode', 'fault', 'requests', 'why'], rows);
}

function otherMeasures(runs: readonly JudgedRun[], seeded: readonly SeededFailure[]): string {
  const lags = runs.flatMap(({ resetLagsMs }) => resetLagsMs);
  const seen = lags.filter((lag) => lag !== null).sort((a, b) => a - b);
  const close = seen.filter((lag) => lag <= CLOSE_MS).length;
  const unnamed = seeded.filter(
    ({ attributed }) => attributed === 'unexplained' || attributed === 'ambiguous',
  ).length;
  const uncertaintyMs = Math.max(0, ...runs.map(({ kernelUncertaintyMs }) => kernelUncertaintyMs));
  return [
    `- Of ${lags.length} failures that a Pod’s RST made, the kernel saw the RST of ${seen.length}; ${close} (${percent(close / lags.length)}) within ${CLOSE_MS} ms before the client’s stamp (goal ≥ 99 %; median ${quantileMs(seen, 0.5)}, 99th percentile ${quantileMs(seen, 0.99)}). What lies between is mostly the load generator’s turn on the CPU.`,
    `- Largest uncertainty of a milestone from the kernel: ${uncertaintyMs.toFixed(3)} ms (goal ≤ 1 ms).`,
    `- Unexplained or ambiguous: ${unnamed} of ${seeded.length} (${percent(unnamed / seeded.length)}; goal ≤ 1 %).`,
  ].join('\n');
}

function runTable(runs: readonly JudgedRun[]): string {
  return table(
    ['proxy mode', 'fault', 'what is done', 'seeded', 'agree'],
    runs.map(({ proxyMode, fault, manifest, seeded }) => [
      proxyMode,
      fault,
      manifest.scenario.metadata.question.replace(/^Is the cause known when (.*)\?$/, '$1'),
      `${seeded.length}`,
      `${seeded.filter((failure) => failure.seeded === failure.attributed).length}`,
    ]),
  );
}

function csvOf(cells: readonly MatrixCell[]): string {
  const rows = cells.map(({ proxyMode, seeded, attributed, certain, likely, weak }) =>
    [1, proxyMode, seeded, attributed, certain + likely + weak, certain, likely, weak].join(','),
  );
  return `${['schemaVersion,proxyMode,seeded,attributed,requests,certain,likely,weak', ...rows].join('\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function countOf({ certain, likely, weak }: MatrixCell): number {
  return certain + likely + weak;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Rounded down: 99.96 % is no 100 %. */
function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function quantileMs(sorted: readonly number[], q: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
  return value === undefined ? '–' : `${value.toFixed(2)} ms`;
}
