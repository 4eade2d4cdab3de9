import fc from 'fast-check';

/** Any time or duration from `min` to `max`, ms, to the microsecond; shrinks towards `min`. */
export function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.round(min * 1000), max: Math.round(max * 1000) }).map((us) => us / 1000);
}

/** Mostly short, now and then as long as on a machine that is short of CPU. */
export function mostly(min: number, usual: number, rare: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 5, arbitrary: between(min, usual) },
    { weight: 1, arbitrary: between(usual, rare) },
  );
}

/** The age of a kept-alive connection, ms; `null`: a fresh one. */
export const ageMs: fc.Arbitrary<number | null> = fc.option(between(8, 600), { nil: null });
/** Of one that is kept alive for sure. */
export const keptMs: fc.Arbitrary<number> = between(8, 600);
