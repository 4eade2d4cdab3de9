import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { Victim } from '../model/trial-record.ts';

/** The ledger's clock is the load process's own, read in its event loop. */
const LEDGER_UNCERTAINTY_NS = 50_000;

/**
 * Remembers, while the ledgers of a trial stream by, when each Pod first and last answered well after the disruption:
 * anything at all, and last on a connection that was used before.
 */
export class AnsweredByPod {
  readonly #sinceNs: number;
  /** By uid. */
  readonly #firstNs = new Map<string, number>();
  readonly #lastNs = new Map<string, number>();
  readonly #lastReusedNs = new Map<string, number>();

  /** @param disruptionNs `null`: nothing was disrupted, and nothing is remembered */
  constructor(disruptionNs: number | null) {
    this.#sinceNs = disruptionNs ?? Infinity;
  }

  /** Its time is that of an answer that may be a victim's. */
  counts({ outcome, endNs }: RequestRecord): boolean {
    return outcome === 'ok' && endNs !== null && endNs >= this.#sinceNs;
  }

  /** @param uid of the Pod that answered; `null`: not known */
  add(record: RequestRecord, uid: string | null): void {
    const { endNs } = record;
    if (uid === null || endNs === null) return;
    this.#firstNs.set(uid, Math.min(endNs, this.#firstNs.get(uid) ?? Infinity));
    keepLatest(this.#lastNs, uid, endNs);
    if ((record.requestOnConnection ?? 0) > 0) keepLatest(this.#lastReusedNs, uid, endNs);
  }

  /** When a Pod first answered well since the disruption, ns; `null`: it did not, or nobody knows whose answers they were. */
  firstNs(uid: string): number | null {
    return this.#firstNs.get(uid) ?? null;
  }

  milestones(victims: readonly Victim[]): readonly Milestone[] {
    return victims.flatMap((victim) => [
      ...milestone('last-answered', victim, this.#lastNs),
      ...milestone('last-reused-answered', victim, this.#lastReusedNs),
    ]);
  }
}

function keepLatest(latest: Map<string, number>, uid: string, atNs: number): void {
  if (atNs > (latest.get(uid) ?? -Infinity)) latest.set(uid, atNs);
}

function milestone(
  name: MilestoneName,
  { name: pod, uid: podUid, node }: Victim,
  latest: ReadonlyMap<string, number>,
): readonly Milestone[] {
  const atNs = latest.get(podUid);
  if (atNs === undefined) return [];
  const uncertaintyNs = LEDGER_UNCERTAINTY_NS;
  const known = { source: 'load', container: null, eventId: null } as const;
  return [{ name, pod, podUid, node, atNs, uncertaintyNs, ...known }];
}
