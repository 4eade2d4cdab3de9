import { formatMs } from '../analyze/format-ms.ts';

/** `before → after`, each in its best unit. */
export function formatPair(before: number | null, after: number | null): string {
  return before === null && after === null ? '–' : `${formatMs(before)} → ${formatMs(after)}`;
}
