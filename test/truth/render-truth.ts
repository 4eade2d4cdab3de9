import { relative } from 'node:path';

import { calibration, type CalibrationRow } from './calibration.ts';
import {
  confusionMatrix,
  type Agreement,
  type ConfusionMatrix,
  type MatrixCell,
} from './confusion-matrix.ts';
import { ALL_DISTRACTORS } from './distractors/all-distractors.ts';
import type { JudgedRun, SeededFailure } from './judge-run.ts';
import { isNamed, isRight } from './right-answer.ts';
import { CLOSE_MS, truthShortfalls, withACause } from './truth-shortfalls.ts';

/** Of each kind of disagreement; all are in disagreements.csv. */
const COMMANDS_SHOWN = 3;

export interface RenderedTruth {
  readonly markdown: string;
  /** The confusion matrix. */
  readonly csv: string;
  /** Every disagreement, with the command that tells its story. */
  readonly disagreements: string;
  /** Nothing falls short of what is wanted (`truthShortfalls`). */
  readonly passed: boolean;
}

/**
 * The confusion matrix as a page and as a table, and whether it is good enough. Pure.
 *
 * @param failed plays that could not be given, and why
 */
export function renderTruth(runs: readonly JudgedRun[], failed: readonly string[] = []): RenderedTruth {
  const seeded = runs.flatMap((run) => run.seeded);
  const matrix = confusionMatrix(seeded);
  const shortfalls = truthShortfalls(runs, failed);
  const sections = [
    ['# Seeded causes against attributed causes', introduction(runs)],
    ['## Agreement', agreementTable(seeded)],
    ['## How sure, and how often right', calibrationTable(seeded)],
    ['## Confusion matrix, all proxy modes', matrixTable(matrix)],
    ['## Confidence by cause', confidenceTable(matrix)],
    ['## By distractor', distractorTable(runs)],
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
    disagreements: disagreementsCsv(seeded),
    passed: shortfalls.length === 0,
  };
}

function introduction(runs: readonly JudgedRun[]): string {
  const [first] = runs;
  if (first === undefined) return 'No run.';
  const { versions, host } = first.manifest;
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const began = runs.map(({ manifest }) => manifest.clock.start.wallMs).sort((a, b) => a - b);
  const days = [began.at(0), began.at(-1)].map((wallMs) => new Date(wallMs ?? 0).toISOString());
  return [
    'Written by `make truth`. Scripted servers, a scripted load generator and the harness fail requests on purpose, each for one known cause, under real load on real clusters; every failed request is then attributed by the tool itself, which does not see the scripts’ own records. docs/methodology.md says what counts as known.',
    '',
    `${tools.join(', ')}; Linux ${host.kernel}, ${host.cpus} × ${host.cpuModel}; played from ${days.join(' to ')}${playedBy(runs)}.`,
  ].join('\n');
}

/** The commits whose harness played the runs: those that are judged again may be of several, and judged by a later one. */
function playedBy(runs: readonly JudgedRun[]): string {
  const commits = new Set(
    runs.flatMap(({ manifest: { git } }) =>
      git === null ? [] : [`${git.commit.slice(0, 12)}${git.dirty ? ' with changes' : ''}`],
    ),
  );
  return commits.size === 0
    ? ''
    : ` by ${commits.size === 1 ? 'commit' : 'commits'} ${[...commits].join(', ')}`;
}

function agreementTable(seeded: readonly SeededFailure[]): string {
  const plain = confusionMatrix(seeded.filter(({ distractors }) => distractors.length === 0));
  const distracted = confusionMatrix(seeded.filter(({ distractors }) => distractors.length > 0));
  const { agreements } = confusionMatrix(seeded);
  const modes = [...new Set(agreements.map(({ proxyMode }) => proxyMode))];
  const causes = [...new Set(agreements.map((agreement) => agreement.seeded))];
  const cell = (from: ConfusionMatrix['agreements'], mode: string | null, cause: string | null) =>
    agreed(from.find(({ proxyMode, seeded: own }) => proxyMode === mode && own === cause));
  return table(
    [
      'seeded cause',
      'without distractors',
      'with distractors',
      ...modes.map((mode) => (mode === null ? 'all' : `all, ${mode}`)),
    ],
    causes.map((cause) => [
      cause ?? '**all**',
      cell(plain.agreements, null, cause),
      cell(distracted.agreements, null, cause),
      ...modes.map((mode) => cell(agreements, mode, cause)),
    ]),
  );
}

/** Of all answers of one confidence, how many were right: without distractors, with, and all. */
function calibrationTable(seeded: readonly SeededFailure[]): string {
  const all = calibration(seeded);
  const plain = calibration(seeded.filter(({ distractors }) => distractors.length === 0));
  const distracted = calibration(seeded.filter(({ distractors }) => distractors.length > 0));
  const cell = (row: CalibrationRow | undefined) =>
    row === undefined || row.total === 0
      ? '–'
      : `${row.total}, ${row.total - row.right} wrong (${percent(row.share)} right)`;
  return [
    table(
      ['said', 'without distractors', 'with distractors', 'all', 'wanted'],
      all.map((row, index) => [
        row.said,
        cell(plain[index]),
        cell(distracted[index]),
        cell(row),
        row.wanted === null ? '–' : row.wanted === 1 ? 'none wrong' : `≥ ${row.wanted * 100} % right`,
      ]),
    ),
    '',
    'An ambiguous answer is right when the true cause is one of those that it leaves open; an unexplained one where no cause of the tool is for what happened (`app-error`, `reset-in-between`).',
  ].join('\n');
}

/** Failures of all runs in which a distractor was there. */
function distractorTable(runs: readonly JudgedRun[]): string {
  const rows = ALL_DISTRACTORS.map(({ name, does }) => {
    const own = runs.filter(({ distractions }) => distractions.has(name));
    const seeded = own.flatMap((run) => run.seeded);
    const right = seeded.filter(isRight).length;
    const happened = sum(own.map(({ distractions }) => distractions.get(name) ?? 0));
    return [
      name,
      does,
      `${own.length}`,
      `${happened}`,
      seeded.length === 0 ? '–' : `${percent(right / seeded.length)} (${right} of ${seeded.length})`,
    ];
  });
  return table(['distractor', 'what happens', 'runs', 'times', 'agree'], rows);
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
    const right = sum(own.filter(isRight).map((cell) => cell[confidence]));
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

/** Those of one kind together, the worst first. */
function disagreementList(seeded: readonly SeededFailure[]): string {
  const kinds = [
    ...Map.groupBy(
      seeded.filter((failure) => !isRight(failure)),
      kindOf,
    ),
  ];
  if (kinds.length === 0) return 'None.';
  return kinds
    .sort(([, [a]], [, [b]]) => sureness(b) - sureness(a))
    .map(([kind, failures]) => {
      const shown = failures
        .slice(0, COMMANDS_SHOWN)
        .map(({ because, runPath, request }) => `  - ${because}: \`${explainCommand(runPath, request)}\``);
      const rest = failures.length - shown.length;
      const more = rest > 0 ? [`  - and ${rest} more, see disagreements.csv`] : [];
      return [`- ${kind}: ${failures.length}`, ...shown, ...more].join('\n');
    })
    .join('\n');
}

function kindOf({ fault, distractors, seeded, attributed, confidence }: SeededFailure): string {
  const besides = distractors.length === 0 ? '' : ` with ${distractors.join(', ')}`;
  return `${fault}${besides}: ${seeded} taken for ${attributed}, ${confidence}`;
}

function sureness(failure: SeededFailure | undefined): number {
  return ['weak', 'likely', 'certain'].indexOf(failure?.confidence ?? 'weak');
}

function explainCommand(runPath: string, request: string): string {
  const path = relative(process.cwd(), runPath);
  return `bin/drainbench explain ${path.startsWith('..') ? runPath : path} ${request}`;
}

function disagreementsCsv(seeded: readonly SeededFailure[]): string {
  const head = [
    'schemaVersion',
    'proxyMode',
    'fault',
    'distractors',
    'seeded',
    'attributed',
    'confidence',
    'command',
  ];
  const rows = seeded
    .filter((failure) => !isRight(failure))
    .map((failure) => [
      1,
      failure.proxyMode,
      failure.fault,
      failure.distractors.join(' '),
      failure.seeded,
      failure.attributed,
      failure.confidence,
      explainCommand(failure.runPath, failure.request),
    ]);
  return `${[head, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

function notCountedTable(runs: readonly JudgedRun[]): string {
  const all = runs.flatMap(({ fault, notCounted }) =>
    [...notCounted].map(([why, count]) => ({ fault, why, count })),
  );
  const rows = [...Map.groupBy(all, ({ fault, why }) => `${fault} ${why}`).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [[first.fault, `${sum(same.map(({ count }) => count))}`, first.why]];
  });
  return rows.length === 0 ? 'None.' : table(['fault', 'requests', 'why'], rows);
}

function otherMeasures(runs: readonly JudgedRun[], seeded: readonly SeededFailure[]): string {
  const lags = runs.flatMap(({ resetLagsMs }) => resetLagsMs);
  const seen = lags.filter((lag) => lag !== null).sort((a, b) => a - b);
  const close = seen.filter((lag) => lag <= CLOSE_MS).length;
  const counted = withACause(seeded);
  const unnamed = counted.filter(({ attributed }) => !isNamed(attributed)).length;
  const uncertaintyMs = Math.max(0, ...runs.map(({ kernelUncertaintyMs }) => kernelUncertaintyMs));
  return [
    `- Of ${lags.length} failures that a Pod’s RST made, the kernel saw the RST of ${seen.length}; ${close} (${percent(close / lags.length)}) within ${CLOSE_MS} ms before the client’s stamp (goal ≥ 99 %; median ${quantileMs(seen, 0.5)}, 99th percentile ${quantileMs(seen, 0.99)}). What lies between is mostly the load generator’s turn on the CPU.`,
    `- Largest uncertainty of a milestone from the kernel: ${uncertaintyMs.toFixed(3)} ms (goal ≤ 1 ms).`,
    `- Unexplained or ambiguous, of failures that have a cause to name: ${unnamed} of ${counted.length} (${percent(unnamed / counted.length)}; goal ≤ 1 %, with distractors ≤ 2 %).`,
  ].join('\n');
}

function runTable(runs: readonly JudgedRun[]): string {
  return table(
    ['proxy mode', 'fault', 'what is done', 'distractors', 'seeded', 'agree'],
    runs.map(({ proxyMode, fault, manifest, seeded, distractions }) => [
      proxyMode,
      fault,
      manifest.scenario.metadata.question.replace(/^Is the cause known when (.*)\?$/, '$1'),
      [...distractions.keys()].join(', ') || '–',
      `${seeded.length}`,
      `${seeded.filter(isRight).length}`,
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
