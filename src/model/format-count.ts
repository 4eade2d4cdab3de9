/** A whole number with thin groups of three, the same in every locale: `12,345`. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
