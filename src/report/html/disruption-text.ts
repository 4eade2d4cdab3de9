/** A disruption's label as it reads in a sentence. */
export function disruptionText(label: string): string {
  return label === 'none' ? 'no disruption' : label;
}
