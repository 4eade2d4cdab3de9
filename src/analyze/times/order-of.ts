/** A moment and how sure it is; ns since run start. */
export interface Moment {
  readonly atNs: number;
  readonly uncertaintyNs: number;
}

/** Did `a` come before or after `b`? Within their joint uncertainty (and `slackNs`) nobody can say. */
export function orderOf(a: Moment, b: Moment, slackNs = 0): 'before' | 'after' | 'indeterminate' {
  const apartNs = b.atNs - a.atNs;
  if (Math.abs(apartNs) <= a.uncertaintyNs + b.uncertaintyNs + slackNs) return 'indeterminate';
  return apartNs > 0 ? 'before' : 'after';
}
