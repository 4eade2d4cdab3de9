/**
 * A timeout that looks at the sockets first. When this process was held up (collector, no CPU), timers run before
 * the answers that already wait in the kernel are read; judging then would call answered requests timed out.
 * So the last step is taken only after one more round of reading.
 *
 * @returns cancels it
 */
export function afterPollTimer(ms: number, onTimeout: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Immediates run after the loop has polled the sockets, timers before.
    immediate = setImmediate(onTimeout);
  }, ms);
  return () => {
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
  };
}
