/**
 * The grace period to go with a preStop, which is counted from the same moment: what the app has anyway where that is
 * enough for both, else longer by the preStop, so that the app has as much after it as it had before.
 *
 * @param own what the app has, s
 * @param ownMs how long the app took to end without a preStop, at worst; `null`: nobody saw it end
 */
export function graceFor(own: number, seconds: number, ownMs: number | null): number {
  const fits = ownMs !== null && seconds * 1000 + ownMs < own * 1000;
  return seconds === 0 || fits ? own : own + seconds;
}
