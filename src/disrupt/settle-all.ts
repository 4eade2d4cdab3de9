/**
 * Does all of these side by side, each until `signal` ends it, and waits for every one: when this resolves or throws
 * nothing more is done to the cluster. One that fails calls the others off; what it failed with is thrown.
 */
export async function settleAll<T>(
  deeds: readonly ((signal: AbortSignal) => Promise<T>)[],
  signal: AbortSignal,
): Promise<readonly T[]> {
  const calledOff = new AbortController();
  const until = AbortSignal.any([signal, calledOff.signal]);
  const doing = deeds.map(async (deed) => deed(until));
  try {
    return await Promise.all(doing);
  } catch (error) {
    calledOff.abort();
    await Promise.allSettled(doing);
    throw error;
  }
}
