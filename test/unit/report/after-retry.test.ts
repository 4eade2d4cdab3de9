import { expect, it } from 'vitest';

import type { RunResult } from '../../../src/analyze/run-result.ts';
import { describeLoad } from '../../../src/report/describe-load.ts';
import { reportHtml } from '../../../src/report/report-html.ts';
import { summaryMarkdown } from '../../../src/report/summary-markdown.ts';
import { terminalTable } from '../../../src/report/terminal-table.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';

/** The small run, as if the client of its first load had retried, and made all good but one request a trial. */
async function retried(): Promise<RunResult> {
  const result = await analyzeSynthetic(smallSyntheticRun());
  const { manifest } = result;
  const { scenario } = manifest;
  const loads = scenario.spec.loads.map((load) =>
    load.name === 'fresh' ? { ...load, retry: 'idempotent-once' as const, idleTimeoutMs: 90_000 } : load,
  );
  return {
    ...result,
    manifest: { ...manifest, scenario: { ...scenario, spec: { ...scenario.spec, loads } } },
    cells: result.cells.map((cell) => ({
      ...cell,
      failuresAfterRetry: { median: 0.5, max: 1 },
      executedUnanswered: cell.failedRequests === 0 ? 0 : 3,
    })),
  };
}

it('what failed and what remains after the retry stand side by side, for a client that retries', async () => {
  const result = await retried();
  const lines = terminalTable(result, { colour: false }).split('\n');
  const row = (strategy: string, load: string) =>
    lines.find((line) => line.startsWith(`${strategy} `) && line.includes(` ${load} `));
  expect(row('none', 'fresh')).toContain('6.5 (max 8); 0.5 (max 1) after retry');
  expect(row('none', 'keep-alive')).not.toContain('after retry');
  expect(summaryMarkdown(result)).toContain('| 6.5, 8; 0.5, 1 after retry |');
  expect(reportHtml(result)).toContain('0.5 · 1 after retry');
});

it('a report says how many failed requests the app had executed, where its ledger tells', async () => {
  const result = await retried();
  const said = '3 of them had reached the app, which did not answer: not safe to repeat';
  expect(terminalTable(result, { colour: false })).toContain(`; ${said}\n`);
  expect(summaryMarkdown(result)).toContain(`; ${said} |`);
  const unknown = { ...result, cells: result.cells.map((cell) => ({ ...cell, executedUnanswered: null })) };
  expect(terminalTable(unknown, { colour: false })).not.toContain('reached the app');
});

it('a report names what a load’s client does that others do not', async () => {
  const { manifest, trials } = await retried();
  const [fresh, keepAlive] = manifest.scenario.spec.loads;
  if (fresh === undefined || keepAlive === undefined) throw new Error('no loads');
  expect(describeLoad(fresh, trials)).toContain(
    'retries once where a reused connection ended, closes connections idle for 90.0 s',
  );
  expect(describeLoad(keepAlive, trials)).not.toMatch(/retries|idle|newest/);
});
