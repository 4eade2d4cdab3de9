/** A share as a percentage with one decimal, e.g. `45.1 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
