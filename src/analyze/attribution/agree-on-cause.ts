import { CAUSES, type Cause } from '../../model/attribution.ts';
import { countOf } from '../../model/count-of.ts';
import { ambiguous, CONFIDENCES, type Conclusion } from './conclusion.ts';

/** With many Pods going at once, what speaks against each of them would be longer than any story. */
const EVIDENCE_SHOWN = 8;

/** All the same cause: that one, though not whose. Else the two likeliest that remain; others are named, too. */
export function agreeOnCause(conclusions: readonly Conclusion[]): Conclusion {
  const evidence = conclusions.flatMap((conclusion) => conclusion.evidence ?? []).slice(0, EVIDENCE_SHOWN);
  const [first = 'unexplained', second, ...others] = byLikelihood(conclusions);
  if (second === undefined) {
    const because = `whichever of ${countOf(conclusions.length, 'Pod')} it was sent to: ${conclusions[0]?.because ?? ''}`;
    return { cause: first, confidence: 'weak', because, evidence };
  }
  const [one, other] = first < second ? [first, second] : [second, first];
  const further = others.length === 0 ? '' : `, or, less likely, ${others.join(', ')}`;
  return ambiguous(
    [one, other],
    `it depends on which Pod it was sent to: ${one} or ${other}${further}`,
    evidence,
  );
}

type Vote = Pick<Conclusion, 'cause' | 'confidence'>;

/** By the surest conclusion for each, then by how many Pods it holds. */
function byLikelihood(conclusions: readonly Conclusion[]): readonly Cause[] {
  const votes = conclusions.flatMap(({ cause, candidates, confidence }): readonly Vote[] =>
    cause === 'ambiguous'
      ? (candidates ?? []).map((each) => ({ cause: each, confidence }))
      : [{ cause, confidence }],
  );
  return [...Map.groupBy(votes, ({ cause }) => cause)]
    .map(([cause, same]) => {
      const surest = Math.max(...same.map(({ confidence }) => CONFIDENCES.indexOf(confidence)));
      return { cause, surest, pods: same.length };
    })
    .sort(
      (a, b) => b.surest - a.surest || b.pods - a.pods || CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause),
    )
    .map(({ cause }) => cause);
}
