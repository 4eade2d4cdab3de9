/** A p value for people: three decimals, and never 0, which no test gives. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
