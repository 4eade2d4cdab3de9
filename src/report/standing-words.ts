import type { Standing } from '../model/standing.ts';

/** How a strategy stands with a load, in a word or two. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  loses: 'loses',
  'at-risk': 'at risk',
  misses: 'misses the target',
  holds: 'holds',
  bounded: 'bounded',
  unknown: 'unknown',
  void: 'void',
};
