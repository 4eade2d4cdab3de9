import { createHash } from 'node:crypto';

import type { VNode } from 'preact';

import { disruptionLabel } from '../../analyze/words/disruption-label.ts';
import type { RunResult } from '../../analyze/run-result.ts';
import type { PageData } from '../page/page-data.d.ts';
import { summaryMarkdown } from '../summary-markdown.ts';
import { BudgetSection } from './budget-section.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { ControlsSection } from './controls-section.tsx';
import { CureList } from './cure-list.tsx';
import { embedJson } from './embed-json.ts';
import { EmbeddedRows } from './embedded-rows.ts';
import { HowToRead } from './how-to-read.tsx';
import { LEDGER_ROW_COLUMNS } from './ledger-row.ts';
import { pageScript, pageStyles } from './page-files.ts';
import { RunFacts } from './run-facts.tsx';
import { StrategyTable } from './strategy-table.tsx';
import { TrialFilters } from './trial-filters.tsx';
import { TrialGrid } from './trial-grid.tsx';
import { TrialSection } from './trial-section.tsx';
import { trialView } from './trial-view.ts';
import { VerdictSection } from './verdict-section.tsx';

/** The whole report as one document that needs nothing but itself: no request leaves it, no foreign script runs in it. */
export function ReportPage(props: { readonly result: RunResult }): VNode {
  const { result } = props;
  const { metadata, spec } = result.manifest.scenario;
  const [script, styles] = [pageScript(), pageStyles()];
  const embedded = new EmbeddedRows();
  const views = result.trials.map((trial) => trialView(trial, embedded));
  const data: PageData = {
    columns: LEDGER_ROW_COLUMNS,
    trials: Object.fromEntries(views.map(({ anchor, ticks }) => [anchor, ticks])),
    summary: summaryMarkdown(result),
  };
  // The first trial with something to see is open, so that one sees what the others hide.
  const opened = views.find(({ trial }) => trial.trial.role === 'comparison' && trial.failures.length > 0);
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta httpEquiv="Content-Security-Policy" content={contentSecurityPolicy(script, styles)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="drainbench-schema-version" content="1" />
        <title>{`${result.verdict}: ${metadata.name} – drainbench`}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        <header>
          <span class="brand">drainbench</span>
          <span>{metadata.name}</span>
          <span class="muted">{result.manifest.runId}</span>
        </header>
        <main>
          <VerdictSection result={result} />
          <section aria-labelledby="strategies">
            <h2 id="strategies">Strategies</h2>
            {spec.disruptions.map((disruption) => (
              <>
                {spec.disruptions.length > 1 && <h3>{disruptionLabel(disruption)}</h3>}
                <StrategyTable result={result} disruption={disruptionLabel(disruption)} />
              </>
            ))}
            <CureList result={result} />
          </section>
          <BudgetSection result={result} />
          <ControlsSection result={result} />
          <ComparisonTable result={result} />
          <section aria-labelledby="trials">
            <div class="heading">
              <h2 id="trials">Trials</h2>
              <div class="buttons" hidden>
                <TrialFilters result={result} />
                <output class="muted" data-shown />
                <button type="button" data-open="failed">
                  Open those with failures
                </button>
                <button type="button" data-open="none">
                  Close all
                </button>
              </div>
            </div>
            <TrialGrid result={result} />
            {views.map((view) => (
              <TrialSection view={view} open={view === opened} />
            ))}
          </section>
          <RunFacts result={result} />
          <HowToRead />
        </main>
        <script
          type="application/json"
          id="ledger-rows"
          dangerouslySetInnerHTML={{ __html: embedJson(data) }}
        />
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  );
}

function contentSecurityPolicy(script: string, styles: string): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(styles)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
