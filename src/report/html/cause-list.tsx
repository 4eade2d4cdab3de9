import type { VNode } from 'preact';

import type { Cause } from '../../model/attribution.ts';
import { formatCount } from '../../model/format-count.ts';
import { CAUSE_WORDS } from '../cause-words.ts';

/** Causes that are not the shutdown's fault, or not known. */
const OUTSIDE: ReadonlySet<Cause> = new Set(['overload', 'client', 'ambiguous', 'unexplained']);

/** The causes of failed requests in plain words, each with its count and a bar of its share. */
export function CauseList(props: { readonly byCause: ReadonlyMap<Cause, number> }): VNode {
  const causes = [...props.byCause];
  const total = causes.reduce((sum, [, count]) => sum + count, 0);
  return (
    <ul class="causes">
      {causes.map(([cause, count]) => (
        <li title={cause}>
          <span class="count">{formatCount(count)}</span>
          <span>
            {CAUSE_WORDS[cause]}
            <svg class="share" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
              <rect
                class={OUTSIDE.has(cause) ? 'outside' : 'fault'}
                width={Math.max(1, Math.round((100 * count) / total))}
                height="3"
              />
            </svg>
          </span>
        </li>
      ))}
    </ul>
  );
}
