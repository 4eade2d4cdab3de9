/**
 * What became of one victim in the rules of one node's kube-proxy. `dropped`: it stopped sending to the Pod.
 * `not-dropped`: it still sent to it when the trial's clean-up began. `not-watched`: its rules were not seen, or not all
 * the time. `never-sent`: it was watched, and had no rule for the Pod.
 */
export interface NodeRules {
  readonly podUid: string;
  readonly node: string;
  readonly state: 'dropped' | 'not-dropped' | 'not-watched' | 'never-sent';
  /** When the last rule went, ns since run start ± `uncertaintyNs`; `null` unless `dropped`. */
  readonly atNs: number | null;
  readonly uncertaintyNs: number;
}

/** How busy one node's kube-proxy was around the disruption, as it told before the load and after it. */
export interface ProxySyncs {
  readonly node: string;
  /** From the end of the last sync known of before the disruption to the disruption, ms. */
  readonly lastSyncBeforeMs: number;
  /** Syncs from the first reading to the last, and how long each took on average, ms; `null` where it cannot be told. */
  readonly syncsSince: number | null;
  readonly meanSyncMs: number | null;
}
