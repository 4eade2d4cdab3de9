import type { VNode } from 'preact';

import type { GapState, NodeBudget, StrategyBudget } from '../../model/budget.ts';
import { signedMs } from '../signed-ms.ts';

const WORDS: Readonly<Record<GapState, string>> = {
  safe: 'safe',
  unsafe: 'not safe',
  unclear: 'too close to tell',
  unknown: 'not known of all',
};

/** The gap up to one node’s rules, or up to the last node’s: median · worst, and what that means. */
export function GapCell(props: { readonly of: StrategyBudget | NodeBudget }): VNode {
  const { gap, state, victims } = props.of;
  if (gap === null) {
    const word = state === 'unsafe' ? WORDS.unsafe : 'not seen';
    return <span class={state === 'unsafe' ? 'gap unsafe' : 'muted'}>{word}</span>;
  }
  return (
    <span class={`gap ${state}`}>
      {signedMs(gap.medianMs)} · {signedMs(gap.worstMs)}
      <small>
        {WORDS[state]}
        {gap.count < victims && `; seen of ${gap.count} of ${victims}`}
        {gap.indeterminate > 0 && `; ${gap.indeterminate} of ${gap.count} within the uncertainty`}
      </small>
    </span>
  );
}
