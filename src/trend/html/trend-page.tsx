import { createHash } from 'node:crypto';

import type { VNode } from 'preact';

import { pageStyles } from '../../report/html/page-files.ts';
import { countOf } from '../../model/count-of.ts';
import { LEAST_RUNS } from '../figures.ts';
import { CHANGE_LEVEL, findChanges } from '../find-changes.ts';
import { dateOf, describeChange, unusedLines } from '../history-text.ts';
import type { PastFolder } from '../past-folder.ts';
import { platformTitle, seriesOf } from '../series.ts';
import { TrendCard } from './trend-card.tsx';

/** A history as one document that needs nothing but itself: no request leaves it, and no script is in it. */
export function TrendPage(props: { readonly folder: PastFolder }): VNode {
  const { folder } = props;
  const all = seriesOf(folder.runs);
  const changes = findChanges(all);
  const groups = Map.groupBy(all, ({ scenario, platform }) => `${scenario} on ${platformTitle(platform)}`);
  const [first, last] = [folder.runs.at(0), folder.runs.at(-1)];
  const styles = pageStyles();
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta httpEquiv="Content-Security-Policy" content={contentSecurityPolicy(styles)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>History – drainbench</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        <header>
          <span class="brand">drainbench</span>
          <span>history</span>
        </header>
        <main>
          <h1>
            {first === undefined || last === undefined
              ? 'No run is kept yet'
              : `${countOf(folder.runs.length, 'run')}, ${dateOf(first.startedAtMs)} to ${dateOf(last.startedAtMs)}`}
          </h1>
          {unusedLines(folder).map((line) => (
            <p>{line}</p>
          ))}
          <section aria-labelledby="changes">
            <h2 id="changes">Changes of the routing margin</h2>
            {changes.length === 0 ? (
              <p>None is shown.</p>
            ) : (
              <ul>
                {changes.map((change) => (
                  <li>{describeChange(change)}</li>
                ))}
              </ul>
            )}
          </section>
          {[...groups].map(([title, group], index) => (
            <section aria-labelledby={`group-${index}`}>
              <h2 id={`group-${index}`}>{title}</h2>
              <div class="trend-cards">
                {group.map((series) => (
                  <TrendCard series={series} changes={changes.filter((change) => change.series === series)} />
                ))}
              </div>
            </section>
          ))}
          <section aria-labelledby="reading">
            <h2 id="reading">How to read this</h2>
            <ul class="reading">
              <li>
                A point is one run: the median routing margin of its trials. Below the thick line Pods closed
                their listeners before the last node had stopped sending to them.
              </li>
              <li>
                A change is shown where an exact test of the runs before and after it finds one (p ≤{' '}
                {CHANGE_LEVEL}, with Holm over all charts). The test knows that every place was looked at.
              </li>
              <li>
                P95: 95 of 100 runs are no worse, by the worst trial of each. It rests on as many runs as is
                said, never on fewer than {LEAST_RUNS}.
              </li>
              <li>Runs on another Kubernetes, node image, driver or proxy mode have a chart of their own.</li>
            </ul>
          </section>
        </main>
      </body>
    </html>
  );
}

function contentSecurityPolicy(styles: string): string {
  const hash = createHash('sha256').update(styles).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}
