import type { VNode } from 'preact';

import type { RunResult } from '../../analyze/run-result.ts';
import { tunePatch } from '../tune-patch.ts';

/** What a tuned setting is, rests on and costs, and the patch that makes it. Nothing where no setting follows. */
export function TuneSection(props: { readonly result: RunResult }): VNode | null {
  const { result } = props;
  const patch = tunePatch(result);
  if (patch === null) return null;
  return (
    <div class="tune">
      <dl>
        {(result.tune?.facts ?? []).map(({ about, text }) => (
          <>
            <dt>{about}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
      <pre>{patch}</pre>
    </div>
  );
}
