import type { VNode } from 'preact';

import type { RunResult } from '../../analyze/run-result.ts';
import { disruptionText } from './disruption-text.ts';
import { FindingsList } from './findings-list.tsx';
import { VerdictBadge } from './verdict-badge.tsx';

const NAMES = { 'negative-control': 'Negative control', 'positive-control': 'Positive control' };
const WHY = {
  'negative-control': 'the same load, nothing deleted: any failure would be our own doing',
  'positive-control': 'a Pod killed at once: if this showed no failure, the measurement would be blind',
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
              {control.failedRequests > 0 && `, ${control.failedRequests} requests in all`}.
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
