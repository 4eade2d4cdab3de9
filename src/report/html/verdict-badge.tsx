import type { VNode } from 'preact';

import type { Verdict } from '../../model/verdict.ts';

/** Strokes on a 16 × 16 grid: the shape tells the verdict where colour does not. */
const SHAPES: Readonly<Record<Verdict, string>> = {
  pass: 'M3.5 8.5 6.7 11.7 12.5 4.8',
  fail: 'M4.5 4.5 11.5 11.5 M11.5 4.5 4.5 11.5',
  inconclusive: 'M3.5 9.2 C5.2 5.6 7 6.6 8 8 S10.8 10.4 12.5 6.8',
  void: 'M8 2.8 a5.2 5.2 0 1 0 .01 0 Z M4.4 11.6 11.6 4.4',
};

/** A verdict as sign and word; `word` where there is a better one than its own. */
export function VerdictBadge(props: {
  readonly verdict: Verdict;
  readonly word?: string;
  readonly large?: boolean;
}): VNode {
  return (
    <span class={`badge ${props.verdict}${props.large === true ? ' large' : ''}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={SHAPES[props.verdict]} />
      </svg>
      {props.word ?? props.verdict}
    </span>
  );
}
