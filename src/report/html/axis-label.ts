/** What a tick of an axis is called. */
export function axisLabel(ms: number, stepMs: number): string {
  if (Math.abs(ms) < stepMs / 1000) return '0';
  const size = Math.abs(ms);
  const decimals = (step: number): number => Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const text =
    size < 1000
      ? `${size.toFixed(decimals(stepMs))} ms`
      : `${(size / 1000).toFixed(decimals(stepMs / 1000))} s`;
  return `${ms < 0 ? '−' : ''}${text}`;
}
