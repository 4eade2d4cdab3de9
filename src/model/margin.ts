/**
 * What can meet a request when a Pod goes. Whether one is met in a trial is luck and depends on the rate; the hazard
 * itself is there, or not, in every trial.
 *
 * - `still-routed`: a Pod closed its listener before a node had stopped sending to it
 * - `cut-unannounced`: a server ended a kept-alive connection whose last answer had not said so
 * - `cut-in-hand`: a Pod ended with a request in hand, or so soon after one that a later one would have been cut
 * - `refused-while-going`: a Pod that was going answered with an error
 * - `nobody-left`: for a time the Service had no usable endpoint
 * - `too-few-left`: the Pods that stayed were slower than the target allows, or none of them was Ready for a time
 */
export const HAZARDS = [
  'still-routed',
  'cut-unannounced',
  'cut-in-hand',
  'refused-while-going',
  'nobody-left',
  'too-few-left',
] as const;
export type Hazard = (typeof HAZARDS)[number];

/** How far a hazard was from a request: positive where it could meet none. The true value lies within ± `uncertaintyMs`. */
export interface Margin {
  readonly ms: number;
  readonly uncertaintyMs: number;
}

/** What one trial shows of one hazard for one load. */
export interface HazardInTrial {
  readonly hazard: Hazard;
  /** `there`: a request could have been met. `none`: none could. `unknown`: it could not be seen whether. */
  readonly state: 'there' | 'none' | 'unknown';
  /** The smallest; `null` where the hazard has none, or it is not known. */
  readonly margin: Margin | null;
  /** How many Pods × nodes, connections, requests or ms it is about; 0 where there is none. */
  readonly count: number;
  /** Where it was, or why it is not known, in a few words; empty where there is none. */
  readonly detail: string;
}

/**
 * Listener closed minus the rule of one node gone, of one Pod that went; for clients that go by a name (`node`: "the
 * name"), minus the end of life of its record. `not-dropped`: the node still sent to the Pod
 * when the clean-up began, although that no longer listened: the margin is below zero, by how much nobody saw.
 */
export interface RoutingMargin {
  readonly pod: string;
  readonly podUid: string;
  readonly node: string;
  readonly state: 'dropped' | 'not-dropped' | 'unknown';
  /** `null` unless `dropped` and the end of the listener was seen. */
  readonly margin: Margin | null;
  /** Why it is not known; empty where it is. */
  readonly why: string;
}

/** A kept-alive connection that the server ended although its last answer had not announced it. */
export interface CutConnection {
  /** As the ledger numbers it, within its load. */
  readonly connection: number;
  readonly pod: string;
  readonly podUid: string;
  /** From the end of its last answer to its end (or to the request that it met), ms; `null` where nobody saw the end. */
  readonly idleMs: number | null;
  /** A request was on its way or in hand: it failed. */
  readonly met: boolean;
}

/** What became of a load's kept-alive connections to the Pods that went. */
export interface KeptConnections {
  /** Those that were told on their last answer, or whose answer the client took for the last one. */
  readonly announced: number;
  readonly cut: readonly CutConnection[];
  /** Those of which it is not known: which Pod they led to, or whether their last answer announced the end. */
  readonly unknown: number;
  /** Why not; empty where all are known. */
  readonly why: string;
  /** The longest time between an answer and the next request of any connection of the load, ms; `null`: none had two. */
  readonly longestIdleMs: number | null;
}

/** How long before its end (or before it would have been killed) a Pod that went had answered the last request. */
export interface GraceMargin {
  readonly pod: string;
  readonly podUid: string;
  /** `deadline`: it waited for its requests, and only the grace period limits it. `end`: its own end, or its SIGKILL. */
  readonly until: 'deadline' | 'end' | 'unknown';
  readonly margin: Margin | null;
  /** Requests that it had in hand when it ended. */
  readonly cut: number;
  /** Why it is not known; empty where it is. */
  readonly why: string;
}

/** The hazards of one valid trial for one load, whether or not a request failed. */
export interface LoadMargins {
  /** Number of the trial. */
  readonly trial: number;
  readonly attempt: number;
  readonly block: number;
  readonly strategy: string;
  readonly disruption: string;
  readonly load: string;
  /** Of each Pod that went, on each node that the load's connections come through and that sent to it. */
  readonly routing: readonly RoutingMargin[];
  /** `null` for a load that opens a connection for each request. */
  readonly connections: KeptConnections | null;
  readonly grace: readonly GraceMargin[];
  /** Errors that Pods that were going answered any load of the trial with. */
  readonly refusals: number;
  /**
   * How long the Service had no usable endpoint, ms: because nobody was left, or although Pods had stayed, which were not
   * Ready any more. `null`: its EndpointSlices were not seen.
   */
  readonly nobodyLeftMs: number | null;
  readonly fallenMs: number | null;
  /** 99th percentile of latency after the disruption, and requests that could not be sent for want of a free connection. */
  readonly p99Ms: number | null;
  readonly heldUp: number;
  /** In the order of HAZARDS; only those that the load can meet. */
  readonly hazards: readonly HazardInTrial[];
}
