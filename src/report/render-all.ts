import type { RunResult } from '../analyze/run-result.ts';
import { budgetsCsv } from './budgets-csv.ts';
import { contractsCsv } from './contracts-csv.ts';
import { failuresCsv } from './failures-csv.ts';
import { junitXml } from './junit-xml.ts';
import { marginsCsv } from './margins-csv.ts';
import { milestonesCsv } from './milestones-csv.ts';
import { reportHtml } from './report-html.ts';
import { strategiesCsv } from './strategies-csv.ts';
import { summaryMarkdown } from './summary-markdown.ts';
import { traceJson } from './trace-json.ts';
import { trialsCsv } from './trials-csv.ts';
import { TUNE_PATCH, tunePatch } from './tune-patch.ts';

/** One file of a report; `path` is relative to the run directory. */
export interface Artifact {
  readonly path: string;
  /** What is in it, piece by piece as it is rendered; to be gone through once. */
  readonly chunks: Iterable<string>;
}

/** Everything that a run directory gets on top of its record. Pure: whoever calls this writes the files. */
export function renderAll(result: RunResult): readonly Artifact[] {
  return [
    artifact('trials.csv', () => trialsCsv(result)),
    artifact('strategies.csv', () => strategiesCsv(result)),
    artifact('margins.csv', () => marginsCsv(result)),
    artifact('budgets.csv', () => budgetsCsv(result)),
    artifact('failures.csv', () => failuresCsv(result)),
    artifact('milestones.csv', () => milestonesCsv(result)),
    artifact('contracts.csv', () => contractsCsv(result)),
    artifact('junit.xml', () => [junitXml(result)]),
    artifact('summary.md', () => [summaryMarkdown(result)]),
    artifact('trace.json', () => traceJson(result)),
    artifact('report.html', () => [reportHtml(result)]),
    ...(result.tune?.setting == null ? [] : [artifact(TUNE_PATCH, () => [tunePatch(result) ?? ''])]),
  ];
}

/** Rendered only when it is gone through: one that throws is none of the others' business. */
function artifact(path: string, render: () => Iterable<string>): Artifact {
  return { path, chunks: { [Symbol.iterator]: () => render()[Symbol.iterator]() } };
}
