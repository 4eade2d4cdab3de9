import type { Standing } from '../../model/standing.ts';

/** From the best; `void` outweighs everything. */
export const STANDINGS_FROM_BEST: readonly Standing[] = [
  'holds',
  'bounded',
  'unknown',
  'misses',
  'at-risk',
  'loses',
  'void',
];

/** A whole stands as badly as its worst part. Nothing at all is void. */
export function worstStanding(standings: readonly Standing[]): Standing {
  return STANDINGS_FROM_BEST.findLast((standing) => standings.includes(standing)) ?? 'void';
}
