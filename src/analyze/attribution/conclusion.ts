import type { Attribution, Cause, Confidence, Evidence } from '../../model/attribution.ts';
import type { RetransmitEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';

/** What a rule concludes from the facts, before it is known how sure the Pod itself is. */
export interface Conclusion {
  readonly cause: Cause;
  readonly confidence: Confidence;
  readonly because: string;
  readonly candidates?: readonly Cause[];
  readonly missing?: readonly string[];
  /** What it rests on. */
  readonly evidence?: readonly Evidence[];
  /** What was seen besides: a reader wants to know it, and the conclusion would be the same without. */
  readonly aside?: readonly Evidence[];
}

/** Two causes that nothing observed tells apart. */
export function ambiguous(
  candidates: readonly [Cause, Cause],
  because: string,
  evidence: readonly Evidence[] = [],
  missing: readonly string[] = [],
): Conclusion {
  return { cause: 'ambiguous', confidence: 'weak', because, candidates, evidence, missing };
}

/** No cause can be named; says what would have told. */
export function unexplained(
  because: string,
  missing: readonly string[],
  evidence: readonly Evidence[] = [],
): Conclusion {
  return { cause: 'unexplained', confidence: 'weak', because, missing, evidence };
}

/** A milestone as evidence. */
export function shown(milestone: Milestone, what: string): Evidence {
  return { eventId: milestone.eventId, atNs: milestone.atNs, what };
}

/** The lowest first. */
export const CONFIDENCES: readonly Confidence[] = ['weak', 'likely', 'certain'];

/** That a connection attempt had to be repeated, as evidence. */
export function repeated(event: RetransmitEvent): Evidence {
  const what = 'the connection attempt had to be repeated: no answer came';
  return { eventId: event.id, atNs: event.atNs, what };
}

/** The lower of the two. */
export function atMost(confidence: Confidence, limit: Confidence): Confidence {
  return CONFIDENCES[Math.min(CONFIDENCES.indexOf(confidence), CONFIDENCES.indexOf(limit))] ?? 'weak';
}

/** How sure a conclusion can be at the most when the Pod is known in this way. */
export function limitOf(proof: Attribution['podProof'], doubtful: boolean): Confidence {
  return proof === 'conntrack' || proof === 'answer' || proof === 'address'
    ? doubtful
      ? 'likely'
      : 'certain'
    : 'likely';
}
