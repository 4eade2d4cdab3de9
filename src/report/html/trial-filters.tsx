import type { VNode } from 'preact';

import type { RunResult } from '../../analyze/run-result.ts';
import { CAUSES } from '../../model/attribution.ts';
import { CAUSE_WORDS } from '../cause-words.ts';

/** Chooses which trials are shown; only what some trial has can be chosen. */
export function TrialFilters(props: { readonly result: RunResult }): VNode {
  const { trials } = props.result;
  const strategies = [...new Set(trials.map(({ trial }) => trial.strategy.name))];
  const causes = new Set(trials.flatMap((trial) => causesOf(trial)));
  const verdicts = [...new Set(trials.map(({ verdict }) => verdict))].sort();
  return (
    <>
      <Filter by="strategy" label="Strategy" values={strategies.map((name) => [name, name])} />
      <Filter by="verdict" label="Verdict" values={verdicts.map((each) => [each, each])} />
      <Filter
        by="cause"
        label="Cause"
        values={CAUSES.filter((each) => causes.has(each)).map((each) => [each, CAUSE_WORDS[each]])}
      />
    </>
  );
}

function Filter(props: {
  readonly by: string;
  readonly label: string;
  readonly values: readonly (readonly [string, string])[];
}): VNode {
  return (
    <label>
      {props.label}{' '}
      <select data-filter={props.by}>
        <option value="">all</option>
        {props.values.map(([value, text]) => (
          <option value={value}>{text}</option>
        ))}
      </select>
    </label>
  );
}

/** Why requests of a trial failed, each cause once. */
export function causesOf({ failures }: RunResult['trials'][number]): readonly string[] {
  return [...new Set(failures.map(({ attribution }) => attribution.cause))];
}
