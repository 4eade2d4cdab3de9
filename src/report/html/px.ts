/** One decimal is a tenth of a pixel: enough, and the same on every machine. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}
