import type { RunResult } from '../analyze/run-result.ts';
import { budgetsCsv } from './budgets-csv.ts';
import { contractsCsv } from './contracts-csv.ts';
import { failuresCsv } from './failures-csv.ts';
import { junitXml } from './junit-xml.ts';
import { milestonesCsv } from './milestones-csv.ts';
import { reportHtml } from './report-html.ts';
import { strategiesCsv } from './strategies-csv.ts';
import { summaryMarkdown } from './summary-markdown.ts';
import { trialsCsv } from './trials-csv.ts';

/** One file of a report; `path` is relative to the run directory. */
export interface Artifact {
  readonly path: string;
  readonly content: string;
}

/** Everything that a run directory gets on top of its record. Pure: whoever calls this writes the files. */
export function renderAll(result: RunResult): readonly Artifact[] {
  return [
    { path: 'trials.csv', content: trialsCsv(result) },
    { path: 'strategies.csv', content: strategiesCsv(result) },
    { path: 'budgets.csv', content: budgetsCsv(result) },
    { path: 'failures.csv', content: failuresCsv(result) },
    { path: 'milestones.csv', content: milestonesCsv(result) },
    { path: 'contracts.csv', content: contractsCsv(result) },
    { path: 'junit.xml', content: junitXml(result) },
    { path: 'summary.md', content: summaryMarkdown(result) },
    { path: 'report.html', content: reportHtml(result) },
  ];
}
