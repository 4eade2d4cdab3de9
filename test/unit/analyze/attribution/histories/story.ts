import type { Cause } from '../../../../../src/model/attribution.ts';
import type { NewHistoryEvent } from '../../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../../src/model/request-record.ts';
import type { TrialApp } from '../../../../../src/model/trial-record.ts';
import type { PodKey } from '../write-scene.ts';

/** What really happened to one failed request, and all that perfect observers would have written down. */
export interface Story extends World {
  readonly what: string;
  /** The causes that may be said for certain; none: that none of them is right, or that nobody could know. */
  readonly truth: readonly Cause[];
  readonly request: RequestRecord;
  /** The connection that the request was on; `null`: there was none. */
  readonly connection: Connection | null;
}

/** A trial without the request: who goes when, and what is seen of that. */
export interface World {
  readonly events: readonly NewHistoryEvent[];
  /** Rows of other requests in the ledger. */
  readonly others: readonly RequestRecord[];
  /** Until when each Pod's app runs, ms; a Pod that is not named is not there, or not for long. */
  readonly runsUntil: Readonly<Partial<Record<PodKey, number>>>;
  /** When the app in Pod `a` is told to stop, ms; `null`: it is not. */
  readonly toldMs: number | null;
  readonly kind?: TrialApp['kind'];
  readonly disruption?: 'delete' | 'kill-container';
  /** How far off the times of the ledger may be, ms: its load ran on another clock. `null`: nobody knows. */
  readonly clockMs?: number | null;
  /** How a load inside the cluster finds its Pod; through a node's port where it is not said. */
  readonly via?: 'headless';
}

/** One client's connection, through node1, to a Pod. Times in ms. */
export interface Connection {
  readonly pod: PodKey;
  readonly port: number;
  /** The client's port as the Pod sees it. */
  readonly seenPort: number;
  /** node1 put its own address and another port in the place of the client's. */
  readonly masqueraded: boolean;
  readonly openMs: number;
  /** When the request before this one had been answered; `null`: there was none. */
  readonly answeredMs: number | null;
  readonly startMs: number;
  /** When the Pod or the client ended it, or the client gave up. */
  readonly endMs: number;
}

export const FOREVER = 1e6;

/** A request's story in a world, with what was seen besides. */
export function storyIn(
  world: World,
  own: Pick<Story, 'what' | 'truth' | 'request' | 'connection'>,
  events: readonly NewHistoryEvent[],
): Story {
  return { ...world, ...own, events: [...world.events, ...events] };
}

/** Something else that happens in the same trial, or a way in which it is seen less well. */
export type Change = (story: Story) => Story;

/** The same story, with more seen. */
export function withEvents(story: Story, events: readonly NewHistoryEvent[]): Story {
  return { ...story, events: [...story.events, ...events] };
}
