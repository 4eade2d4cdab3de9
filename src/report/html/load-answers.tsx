import type { VNode } from 'preact';

import type { RunResult } from '../../analyze/run-result.ts';
import { VERDICT_OF } from '../../model/standing.ts';
import { STANDING_WORDS } from '../standing-words.ts';
import { VerdictBadge } from './verdict-badge.tsx';

/** What holds for each load, with its margin and cost; or what would hold. Nothing of a run that proves nothing. */
export function LoadAnswers(props: { readonly result: RunResult }): VNode | null {
  const { verdict, recommendation } = props.result;
  if (verdict === 'void' || recommendation.loads.length === 0) return null;
  return (
    <ul class="answers">
      {recommendation.loads.map(({ load, standing, sentence }) => (
        <li>
          <VerdictBadge verdict={VERDICT_OF[standing]} word={STANDING_WORDS[standing]} />
          <span>
            <strong>{load}</strong>: {sentence}
          </span>
        </li>
      ))}
    </ul>
  );
}
