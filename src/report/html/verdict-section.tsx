import type { VNode } from 'preact';

import type { RunResult } from '../../analyze/run-result.ts';
import { LoadAnswers } from './load-answers.tsx';
import { TuneSection } from './tune-section.tsx';
import { VerdictBadge } from './verdict-badge.tsx';

/** The answer: what to read when there are ten seconds. */
export function VerdictSection(props: { readonly result: RunResult }): VNode {
  const { result } = props;
  return (
    <section class={`verdict ${result.verdict}`} aria-labelledby="answer">
      <div class="verdict-line">
        <VerdictBadge verdict={result.verdict} large />
        <p class="question">{result.manifest.scenario.metadata.question}</p>
      </div>
      <h1 id="answer">{result.headline}</h1>
      <p class="recommendation">{result.recommendation.sentence}</p>
      <LoadAnswers result={result} />
      <div class="buttons" hidden>
        <button type="button" data-copy>
          Copy as Markdown
        </button>
      </div>
      <TuneSection result={result} />
    </section>
  );
}
