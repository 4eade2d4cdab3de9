/** What Kubernetes documents of a Pod's end, as far as a trial can show it. */
export const CONTRACTS = [
  'not-ready-once-terminating',
  'signal-after-prestop',
  'kill-at-grace',
  'full-grace-again',
  'sidecars-last',
  'force-delete-at-once',
  'log-until-the-end',
  'claims-stay',
  'dependents-go',
  'record-goes-with-object',
] as const;
export type ContractName = (typeof CONTRACTS)[number];

/**
 * Whether a contract was kept for one Pod. `not-observed`: it applies, and nobody saw enough to tell, or two steps were
 * closer than their joint uncertainty. `error`: the check itself failed on this history. A Pod that a contract does not apply to (no sidecar, no hook) has no result.
 */
export interface ContractResult {
  readonly contract: ContractName;
  readonly state: 'held' | 'broken' | 'not-observed' | 'error';
  readonly pod: string;
  readonly podUid: string;
  readonly container: string | null;
  /** One sentence with the figures. */
  readonly message: string;
  /** Events in the trial's events.ndjson that show it. */
  readonly eventIds: readonly number[];
}
