import type { VNode } from 'preact';

import { disruptionLabel } from '../../analyze/words/disruption-label.ts';
import type { AnalyzedTrial, RunResult } from '../../analyze/run-result.ts';
import { countOf } from '../../model/count-of.ts';
import { disruptionText } from './disruption-text.ts';
import { trialAnchor } from './trial-anchor.ts';

/** All trials at a glance: one row a strategy (and control), one column a block, each with its failed requests. */
export function TrialGrid(props: { readonly result: RunResult }): VNode {
  const rows = Map.groupBy(props.result.trials, rowName);
  const order = props.result.strategies.map(({ name }) => name);
  const sorted = [...rows.entries()].sort(([, a], [, b]) => rank(a, order) - rank(b, order));
  const blocks = [...new Set(props.result.trials.map(({ trial }) => trial.block))].sort((a, b) => a - b);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="All trials">
      <table class="grid">
        <thead>
          <tr>
            <th scope="col">
              Failed requests a trial <small>a figure leads to its trial</small>
            </th>
            {blocks.map((block) => (
              <th scope="col" class="number">
                <span class="muted">block</span> {block}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map(([name, trials]) => (
            <tr>
              <th scope="row">{name}</th>
              {blocks.map((block) => (
                <td>
                  {trials
                    .filter(({ trial }) => trial.block === block)
                    .map((trial) => (
                      <Chip trial={trial} />
                    ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Chip(props: { readonly trial: AnalyzedTrial }): VNode {
  const { trial } = props;
  const failed = trial.failures.length;
  const remain = trial.loads.reduce((sum, { failedAfterRetry }) => sum + failedAfterRetry, 0);
  const heldUp = trial.loads.some((load) => load.failing && load.failedAfterRetry === 0);
  const state = trial.verdict === 'void' ? 'void' : remain > 0 || heldUp ? 'failed' : 'clean';
  const retried = remain === failed ? '' : `, ${remain} after retry`;
  const words = `${countOf(failed, 'failed request')}${retried}${heldUp ? ', and requests held up' : ''}`;
  const attempt = trial.attempt > 1 ? `, attempt ${trial.attempt}` : '';
  return (
    <a
      class={`chip ${state}`}
      href={`#${trialAnchor(trial)}`}
      aria-label={`Trial ${trial.trial.number}${attempt}: ${state === 'void' ? 'void' : words}`}
    >
      {state === 'void' ? 'void' : remain === 0 && heldUp ? 'held up' : remain}
    </a>
  );
}

function rowName({ trial }: AnalyzedTrial): string {
  const label = disruptionText(disruptionLabel(trial.disruption));
  return trial.role === 'comparison'
    ? `${trial.strategy.name} · ${label}`
    : `${trial.role.replace('-', ' ')} · ${label}`;
}

function rank(trials: readonly AnalyzedTrial[], order: readonly string[]): number {
  const first = trials[0]?.trial;
  if (first === undefined) return 0;
  const byRole = { comparison: 0, 'negative-control': 1000, 'positive-control': 2000, 'churn-control': 3000 }[
    first.role
  ];
  return byRole + order.indexOf(first.strategy.name);
}
