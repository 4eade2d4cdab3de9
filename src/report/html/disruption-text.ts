/** A disruption's label as it reads in a sentence. */
export function disruptionText(label: string): string {
  if (label === 'churn') return 'other Pods come and go';
  return label === 'none' ? 'no disruption' : label;
}
