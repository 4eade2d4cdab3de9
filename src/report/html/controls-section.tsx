import type { VNode } from 'preact';

import type { RunResult } from '../../analyze/run-result.ts';
import { countOf } from '../../model/count-of.ts';
import { disruptionText } from './disruption-text.ts';
import { FindingsList } from './findings-list.tsx';
import { VerdictBadge } from './verdict-badge.tsx';

const NAMES = {
  'negative-control': 'Negative control',
  'positive-control': 'Positive control',
  'churn-control': 'Churn control',
};
const WHY = {
  'negative-control': 'the same load, nothing deleted: any failure would be our own doing',
  'positive-control': 'all Pods killed at once: if this showed no failure, the measurement would be blind',
  'churn-control': 'the same load while other Pods start and stop: what fails here is no strategy’s doing',
};

/** Whether the figures above can be believed at all. */
export function ControlsSection(props: { readonly result: RunResult }): VNode {
  const { controls, findings } = props.result;
  return (
    <section aria-labelledby="controls">
      <h2 id="controls">Can this be believed?</h2>
      <div class="controls">
        {controls.map((control) => (
          <div class={`control ${control.verdict}`}>
            <VerdictBadge verdict={control.verdict} />
            <p>
              <strong>{NAMES[control.role]}</strong>{' '}
              <span class="muted">
                ({control.strategy}, {disruptionText(control.disruption)})
              </span>
              <br />
              {control.explanation}
              {control.failedRequests > 0 && `, ${countOf(control.failedRequests, 'request')} in all`}.
              <small>{WHY[control.role]}</small>
            </p>
          </div>
        ))}
        {controls.length === 0 && <p>No control was run.</p>}
      </div>
      <FindingsList findings={findings} />
    </section>
  );
}
