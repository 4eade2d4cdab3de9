import type { VNode } from 'preact';
import { formatMs } from '../../analyze/words/format-figures.ts';
import type { RunResult } from '../../analyze/run-result.ts';
import { BUDGET_STEPS, type BudgetStep, type StrategyBudget } from '../../model/budget.ts';
import { needLines } from '../describe-need.ts';
import { GapCell } from './gap-cell.tsx';
import { NodeBudgetTable } from './node-budget-table.tsx';
import { RacePicture } from './race-picture.tsx';
import { races } from './races.ts';

const STEP_WORDS: Readonly<Record<BudgetStep, string>> = {
  'slice-updated': 'slice updated',
  'first-node-rules': 'first node’s rules',
  'last-node-rules': 'last node’s rules',
  'last-fresh-connection': 'last fresh connection',
  'signal-sent': 'stop signal',
  'listener-closed': 'listener closed',
  'last-in-flight-done': 'last in flight done',
  'process-exited': 'process ended',
  'pod-gone': 'Pod gone',
};

/** Where the time of a shutdown goes under each strategy, and whether routing was over before the listener was. */
export function BudgetSection(props: { readonly result: RunResult }): VNode | null {
  const { budgets, manifest } = props.result;
  if (budgets.length === 0) return null;
  const steps = BUDGET_STEPS.filter((step) =>
    budgets.some((budget) => budget.steps.some((entry) => entry.step === step)),
  );
  const severalDisruptions = manifest.scenario.spec.disruptions.length > 1;
  const order = manifest.scenario.spec.strategies.map(({ name }) => name);
  const rows = budgets.toSorted((a, b) => order.indexOf(a.strategy) - order.indexOf(b.strategy));
  return (
    <section aria-labelledby="budget">
      <h2 id="budget">Where the time goes</h2>
      <p class="lead">
        From the moment the API server received the delete: the median over all Pods that went, and below it
        the worst. The <strong>gap</strong> decides: how long the Pod still listened after the last node had
        stopped sending. Below zero, connections went where nobody listened. It is only called safe where
        every node that sent to a Pod was watched, and seen to stop.
      </p>
      {needLines(props.result).map((line) => (
        <p class="lead">Pods are still sent to after their delete for {line}.</p>
      ))}
      <RacePicture races={races(props.result)} severalDisruptions={severalDisruptions} />
      <div class="scroll" tabIndex={0} role="region" aria-label="Time budget by strategy">
        <table class="budget">
          <thead>
            <tr>
              <th scope="col">Strategy</th>
              {severalDisruptions && <th scope="col">Disruption</th>}
              <th scope="col" class="number">
                Gap <small>median · worst</small>
              </th>
              {steps.map((step) => (
                <th scope="col" class="number">
                  {STEP_WORDS[step]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((budget) => (
              <BudgetRow budget={budget} steps={steps} severalDisruptions={severalDisruptions} />
            ))}
          </tbody>
        </table>
      </div>
      <NodeBudgetTable budgets={rows} severalDisruptions={severalDisruptions} />
    </section>
  );
}

function BudgetRow(props: {
  readonly budget: StrategyBudget;
  readonly steps: readonly BudgetStep[];
  readonly severalDisruptions: boolean;
}): VNode {
  const { budget } = props;
  return (
    <tr>
      <th scope="row">{budget.strategy}</th>
      {props.severalDisruptions && <td>{budget.disruption}</td>}
      <td class="number">
        <GapCell of={budget} />
      </td>
      {props.steps.map((step) => {
        const entry = budget.steps.find((each) => each.step === step);
        return (
          <td class="number">
            {formatMs(entry?.medianMs ?? null)}
            {entry !== undefined && <small>{formatMs(entry.maxMs)}</small>}
          </td>
        );
      })}
    </tr>
  );
}
