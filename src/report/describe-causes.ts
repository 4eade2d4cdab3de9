import type { Cause } from '../model/attribution.ts';
import { formatCount } from '../model/format-count.ts';
import { CAUSE_WORDS } from './cause-words.ts';

/** `12 sent to a Pod that no longer listened, 3 cut off when the Pod ended`; a dash where nothing failed. */
export function describeCauses(byCause: ReadonlyMap<Cause, number>): string {
  const parts = [...byCause].map(([cause, count]) => `${formatCount(count)} ${CAUSE_WORDS[cause]}`);
  return parts.join(', ') || '–';
}
