import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';

import type { RunResult } from '../analyze/run-result.ts';
import { ReportPage } from './html/report-page.tsx';

/** report.html: one self-contained file. The same result gives the same bytes. */
export function reportHtml(result: RunResult): string {
  return `<!doctype html>\n${renderToString(h(ReportPage, { result }))}\n`;
}
