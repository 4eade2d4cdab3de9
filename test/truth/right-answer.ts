import type { Cause } from '../../src/model/attribution.ts';
import { OUTSIDE_CAUSES, type SeededCause } from './fault.ts';

/** Whether the tool named the cause; of what no cause is for, whether it named none. */
export function isRight({
  seeded,
  attributed,
}: {
  readonly seeded: SeededCause;
  readonly attributed: Cause;
}): boolean {
  const outside: readonly string[] = OUTSIDE_CAUSES;
  return outside.includes(seeded) ? !isNamed(attributed) : seeded === attributed;
}

/** A cause was named, rather than said to be one of two, or not to be known. */
export function isNamed(cause: Cause): boolean {
  return cause !== 'ambiguous' && cause !== 'unexplained';
}
