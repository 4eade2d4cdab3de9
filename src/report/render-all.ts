import type { RunResult } from '../analyze/run-result.ts';
import { budgetsCsv } from './budgets-csv.ts';
import { contractsCsv } from './contracts-csv.ts';
import { failuresCsv } from './failures-csv.ts';
import { junitXml } from './junit-xml.ts';
import { milestonesCsv } from './milestones-csv.ts';
import { reportHtml } from './report-html.ts';
import { strategiesCsv } from './strategies-csv.ts';
import { summaryMarkdown } from './summary-markdown.ts';
import { traceJson } from './trace-json.ts';
import { trialsCsv } from './trials-csv.ts';

/** One file of a report; `path` is relative to the run directory. */
export interface Artifact {
  readonly path: string;
  /** What is in it, piece by piece as it is rendered; to be gone through once. */
  readonly chunks: Iterable<string>;
}

/** Everything that a run directory gets on top of its record. Pure: whoever calls this writes the files. */
export function renderAll(result: RunResult): readonly Artifact[] {
  return [
    { path: 'trials.csv', chunks: trialsCsv(result) },
    { path: 'strategies.csv', chunks: strategiesCsv(result) },
    { path: 'budgets.csv', chunks: budgetsCsv(result) },
    { path: 'failures.csv', chunks: failuresCsv(result) },
    { path: 'milestones.csv', chunks: milestonesCsv(result) },
    { path: 'contracts.csv', chunks: contractsCsv(result) },
    { path: 'junit.xml', chunks: [junitXml(result)] },
    { path: 'summary.md', chunks: [summaryMarkdown(result)] },
    { path: 'trace.json', chunks: traceJson(result) },
    { path: 'report.html', chunks: [reportHtml(result)] },
  ];
}
