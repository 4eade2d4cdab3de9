import type { Cause, Confidence } from '../../src/model/attribution.ts';
import type { SeededCause } from './fault.ts';
import { isNamed, isRight } from './right-answer.ts';

/** What calibration needs of a seeded failure. */
export interface Answer {
  readonly seeded: SeededCause;
  readonly attributed: Cause;
  readonly confidence: Confidence;
  readonly candidates: readonly Cause[];
}

export interface CalibrationRow {
  /** How the answer was given: with which confidence, or without a cause. */
  readonly said: Confidence | 'ambiguous' | 'unexplained';
  readonly total: number;
  readonly right: number;
  /** right / total; `NaN` of none. */
  readonly share: number;
  /** The least share that is good enough; `null`: none is asked for. */
  readonly wanted: number | null;
}

/** Causes that are called certain are never wrong; likely ones once in ten at most, weak ones twice in five. */
const WANTED = { certain: 1, likely: 0.9, weak: 0.6, ambiguous: null, unexplained: null } as const;

/**
 * Of all answers given with the same confidence, how many were right. An `ambiguous` answer is right when the true cause is
 * among its candidates, an `unexplained` one when there is no cause to name.
 */
export function calibration(answers: readonly Answer[]): readonly CalibrationRow[] {
  const kinds = ['certain', 'likely', 'weak', 'ambiguous', 'unexplained'] as const;
  return kinds.map((said) => {
    const own = answers.filter((answer) => saidOf(answer) === said);
    const right = own.filter((answer) =>
      said === 'ambiguous'
        ? isRight(answer) || answer.candidates.some((attributed) => isRight({ ...answer, attributed }))
        : isRight(answer),
    ).length;
    return { said, total: own.length, right, share: right / own.length, wanted: WANTED[said] };
  });
}

function saidOf({ attributed, confidence }: Answer): CalibrationRow['said'] {
  if (isNamed(attributed)) return confidence;
  return attributed === 'ambiguous' ? 'ambiguous' : 'unexplained';
}
