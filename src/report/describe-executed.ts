import { formatCount } from '../model/format-count.ts';

/** What the app's own ledger adds to failed requests: `3 of them had reached the app`; empty where there is nothing to add. */
export function describeExecuted(executedUnanswered: number | null): string {
  if (executedUnanswered === null || executedUnanswered === 0) return '';
  return `${formatCount(executedUnanswered)} of them had reached the app, which did not answer: not safe to repeat`;
}
