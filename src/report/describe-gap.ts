import type { NodeBudget, StrategyBudget } from '../model/budget.ts';
import { countOf } from '../model/count-of.ts';
import { signedMs } from './signed-ms.ts';

const NAMES_SHOWN = 3;

/**
 * The safety gap in one line: the worst value, on how many nodes the Pods were out of use before they ceased to listen,
 * and on which nodes not, or not known to be. `null` where no node is known to have sent to a victim.
 */
export function describeGap({ gap, victims, nodes }: StrategyBudget): string | null {
  if (nodes.length === 0) return null;
  const safe = nodes.filter(({ state }) => state === 'safe').length;
  const some = gap !== null && gap.count < victims ? ` (of ${gap.count} of ${countOf(victims, 'Pod')})` : '';
  return [
    gap === null ? 'gap not known' : `gap ${signedMs(gap.worstMs)}${some}`,
    ...(gap === null && safe === 0 ? [] : [`safe on ${safe} of ${countOf(nodes.length, 'node')}`]),
    ...troubles(nodes),
  ].join(', ');
}

/** What is to be said against some nodes, each once with the names of the nodes. */
function troubles(nodes: readonly NodeBudget[]): readonly string[] {
  const pairs = nodes.flatMap((node) => nodeTroubles(node).map((what) => ({ what, node: node.node })));
  return [...Map.groupBy(pairs, ({ what }) => what)].map(([what, own]) => {
    const names = own.slice(0, NAMES_SHOWN).map(({ node }) => node);
    const more = own.length > names.length ? ` and ${own.length - names.length} more` : '';
    return `${what} on ${names.join(', ')}${more}`;
  });
}

/** In words that `on NODE` can follow; nothing of a node that is safe. */
export function nodeTroubles({ state, victims, gap, notDropped, notWatched }: NodeBudget): readonly string[] {
  const of = (count: number): string => (count === victims ? '' : `${count} of ${countOf(victims, 'Pod')} `);
  const unheard = victims - (gap?.count ?? 0) - notDropped - notWatched;
  return [
    ...(notDropped > 0 ? [`${of(notDropped)}not dropped`] : []),
    ...(notWatched > 0 ? [`${of(notWatched)}not watched`] : []),
    ...(unheard > 0 ? [`${of(unheard)}not seen to close the listener`] : []),
    ...((gap?.unsafe ?? 0) > 0 ? ['listener closed first'] : []),
    ...(state === 'unclear' ? ['too close to tell'] : []),
  ];
}
