import fc from 'fast-check';

import { DISTRACTORS } from './distractors/all-distractors.ts';
import { STAGES } from './distractors/stages.ts';
import { FAULTS } from './faults/all-faults.ts';
import { lessEvidence, type Less } from './less-evidence.ts';
import { blindness, lessTold, otherClock, trackedLate, wallClockSet } from './observers.ts';
import type { Change, Story } from './story.ts';

/** A story with everything that went on beside it, how it was seen, and ways of knowing less of it. */
export interface History {
  readonly fault: string;
  readonly beside: readonly string[];
  /** What observers could not see well. */
  readonly badDays: readonly string[];
  readonly story: Story;
  /** How times are off within their uncertainty, and how they could be off as well. */
  readonly seeds: readonly [number, number];
  readonly less: readonly Less[];
  /** What fast-check prints in its place. */
  readonly [fc.toStringMethod]: () => string;
}

const BAD_DAYS: Readonly<Record<string, fc.Arbitrary<Change>>> = {
  ...{ blindness, wallClockSet, otherClock, trackedLate },
  lessTold: fc.constant(lessTold),
};

type Named<T> = readonly [name: string, value: T];

function oneOf<T>(arbitraries: Readonly<Record<string, fc.Arbitrary<T>>>): fc.Arbitrary<Named<T>> {
  return fc.oneof(
    ...Object.entries(arbitraries).map(([name, arbitrary]) =>
      arbitrary.map((value) => [name, value] as const),
    ),
  );
}

/** Nothing, or (`weight` to three) some of them. */
function some<T>(arbitrary: fc.Arbitrary<T>, maxLength: number, weight: number): fc.Arbitrary<readonly T[]> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength }) },
  );
}

/** @param less how many ways of knowing less are tried of each */
export function histories(less: number): fc.Arbitrary<History> {
  return fc
    .record({
      fault: oneOf(FAULTS),
      stage: some(oneOf(STAGES), 1, 2),
      beside: fc.array(oneOf(DISTRACTORS), { maxLength: 5 }),
      badDays: some(oneOf(BAD_DAYS), 2, 2),
      seeds: fc.tuple(fc.nat(), fc.nat()),
      less: fc.array(lessEvidence, { minLength: less, maxLength: less }),
    })
    .map(({ fault: [name, fault], stage, beside, badDays, seeds, less: ways }): History => {
      const story = [...stage, ...beside, ...badDays].reduce((told, [, change]) => change(told), fault);
      const names = (changes: readonly Named<Change>[]) => changes.map(([change]) => change);
      const seen = { beside: names([...stage, ...beside]), badDays: names(badDays) };
      const told = () => [name, ...seen.beside, ...seen.badDays].join(' + ');
      return { fault: name, ...seen, story, seeds, less: ways, [fc.toStringMethod]: told };
    });
}
