import type { VNode } from 'preact';

import type { RunResult } from '../../analyze/run-result.ts';
import { describeCure } from '../describe-cure.ts';

/** What helps against what the strategies lost. */
export function CureList(props: { readonly result: RunResult }): VNode | null {
  const { cures } = props.result;
  if (cures.length === 0) return null;
  return (
    <>
      <h3>What helps</h3>
      <ul>
        {cures.map((cure) => (
          <li>{describeCure(cure)}</li>
        ))}
      </ul>
    </>
  );
}
