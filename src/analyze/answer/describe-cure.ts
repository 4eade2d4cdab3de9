import { countOf } from '../../model/count-of.ts';
import type { DelayNeed } from '../../model/delay-need.ts';
import type { Hazard } from '../../model/margin.ts';
import type { CellHazard } from '../../model/standing.ts';
import { SPARED_A_KILL } from './cure-of.ts';
import { formatMs, formatPercent } from '../words/format-figures.ts';

export interface CureInput {
  /** Of the disruption that the hazard was there in. */
  readonly need: DelayNeed | undefined;
  /** The longest that a connection of the load waited between two requests, ms. */
  readonly longestIdleMs: number | null;
  /** Containers were killed: nobody asked them to end. */
  readonly killed: boolean;
  /** The longest delay of the scenario's strategies, ms, as far as they tell. */
  readonly longestDelayMs: number;
  /** Some strategy of the scenario ended no connection of the load without notice. */
  readonly someAnnounces: boolean;
}

/** What a process that is killed cannot help. */
const BY_A_KILL: ReadonlySet<Hazard> = new Set(['still-routed', 'cut-unannounced', 'cut-in-hand']);
const NOT_TRIED = 'It was not tried.';

/** What would take a hazard away, in a sentence or two, and whether it was tried. */
export function describeCure({ hazard }: CellHazard, input: CureInput): string {
  if (input.killed && BY_A_KILL.has(hazard)) return `No setting of the Pod does: ${SPARED_A_KILL}.`;
  switch (hazard) {
    case 'still-routed':
      return longerDelay(input);
    case 'cut-unannounced':
      return announce(input);
    case 'cut-in-hand':
      return 'A longer terminationGracePeriodSeconds does, or shorter requests, and an app that waits for those it has.';
    case 'refused-while-going':
      return 'An app does that goes on answering until no node sends to it any more.';
    case 'nobody-left':
      return 'More replicas do, or a maxSurge or disruption budget that keeps one Pod in use at any time.';
    case 'too-few-left':
      return 'More replicas do, or more CPU for those that stay.';
  }
}

function longerDelay({ need, longestDelayMs }: CureInput): string {
  const [slowest] = need?.trials ?? [];
  if (need !== undefined && need.neverDropped > 0) {
    return `No delay is known to: in ${countOf(need.neverDropped, 'trial')} a node still sent to a Pod when the trial ended.`;
  }
  if (need?.neededMs == null || slowest === undefined) {
    return 'A longer delay before the listener closes does; how long, this run does not show.';
  }
  const seconds = Math.max(1, Math.ceil(need.neededMs / 1000));
  const enough = `A preStop that sleeps ${seconds} s does: ${formatMs(need.neededMs)} would have been enough in ${need.trials.length === 1 ? 'the one trial' : `all ${need.trials.length} trials`} (${bound(need)}).`;
  return longestDelayMs < need.neededMs ? `${enough} ${NOT_TRIED}` : enough;
}

/** What the slowest of so many trials says of deletions that were not seen. */
function bound({ trials, coveredShare }: DelayNeed): string {
  const [slowest] = trials;
  return `the last node’s rules were gone ${formatMs(slowest?.ms ?? null)} after the delete at worst; at least ${formatPercent(coveredShare ?? 0)} of deletions are no slower, at 95 %`;
}

function announce({ longestIdleMs, someAnnounces }: CureInput): string {
  const forHow =
    longestIdleMs === null
      ? 'for longer than any connection is idle'
      : `for longer than ${formatMs(longestIdleMs)}, the longest that a connection was idle`;
  const cure = `No preStop does, however long: the app must answer with Connection: close ${forHow}, before it ends them.`;
  return someAnnounces ? cure : `${cure} ${NOT_TRIED}`;
}
