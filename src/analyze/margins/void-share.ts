/**
 * Trials that stay void are left out as long as they are no larger a share of those that were planned than this. Beyond
 * it what is left says little, and may be a choice.
 */
const LARGEST_VOID_SHARE = 0.2;

export function tooManyVoid(voidTrials: number, planned: number): boolean {
  return planned > 0 && voidTrials / planned > LARGEST_VOID_SHARE;
}
