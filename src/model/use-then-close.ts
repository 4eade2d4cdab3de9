/**
 * Does `use`, then `close`, whatever became of `use`. What `close` fails with is thrown only where nothing failed before
 * it: the first error is the reason, and what follows is often its consequence.
 */
export async function useThenClose<T>(use: () => Promise<T>, close: () => Promise<unknown>): Promise<T> {
  let result: T;
  try {
    result = await use();
  } catch (error) {
    await Promise.resolve()
      .then(close)
      .catch(() => undefined);
    throw error;
  }
  await close();
  return result;
}
