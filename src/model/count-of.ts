import { formatCount } from './format-count.ts';

/**
 * A count with its noun: `1 Pod`, `2 Pods`, `12,345 requests`. Of a part of a whole the noun goes with the whole:
 * `0 of ${countOf(1, 'node')}`. `plural` where it is not the noun with an s.
 */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
