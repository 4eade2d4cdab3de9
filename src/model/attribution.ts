/** Why a request failed: every failed request gets exactly one. docs/methodology.md says what proves each. */
export const CAUSES = [
  'listener-closed-still-routed',
  'pod-gone-still-routed',
  'half-open-connection',
  'killed-in-flight',
  'keepalive-race',
  'draining-rejected',
  'no-endpoints',
  'name-not-found',
  'name-server-silent',
  'replacement-not-ready',
  'overload',
  'client',
  'ambiguous',
  'unexplained',
] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * - `certain`: the connection is proven to have gone to that Pod (or the cause needs none), and every fact that
 *   defines the cause was itself observed, in an order beyond the joint uncertainty. More evidence can only confirm it.
 * - `likely`: one link is inferred: the Pod by elimination, or a time from a source that sees it only from afar.
 *   Nothing that was observed contradicts it.
 * - `weak`: more than one link is inferred. A hint, not a proof.
 */
export type Confidence = 'certain' | 'likely' | 'weak';

/** How it is known which Pod a request was sent to, the best first. */
export type PodProof = 'conntrack' | 'answer' | 'kernel' | 'address' | 'elimination';

/** One thing that was observed and speaks for the cause. */
export interface Evidence {
  /** In the trial's events.ndjson; `null` where the request's own ledger row shows it. */
  readonly eventId: number | null;
  /** Ns since run start. */
  readonly atNs: number;
  /** What happened, in a few words without a time, e.g. `node2 sent the connection to Pod web-a`. */
  readonly what: string;
}

export interface Attribution {
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** One sentence: why this cause. */
  readonly because: string;
  /** For `ambiguous`: the causes that remain. Else empty. */
  readonly candidates: readonly Cause[];
  /** What would have told more: for `unexplained` what was missing to name a cause at all. */
  readonly missing: readonly string[];
  readonly evidence: readonly Evidence[];
  /** The Pod that the request was sent to; `null` where that is not known. */
  readonly pod: string | null;
  readonly podUid: string | null;
  /** Where that Pod ran. */
  readonly podNode: string | null;
  readonly podProof: PodProof | null;
  /** The node whose kube-proxy chose the Pod; only connection tracking tells. */
  readonly sentByNode: string | null;
}
