import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { Victim } from '../../model/trial-record.ts';

/** The ledger's clock is the load process's own, read in its event loop. */
const LEDGER_UNCERTAINTY_NS = 50_000;

/** Good answers are remembered by the slice of time in which they came, so that a Pod's take little memory. */
const SLICE_NS = 10 * NS_PER_MS;

/**
 * Remembers, while the ledgers of a trial stream by, what each Pod answered: in which slices of time well, each error,
 * and when first and last well after the disruption (last on a connection that was used before, too).
 */
export class AnsweredByPod {
  readonly #sinceNs: number;
  /** By uid. */
  readonly #firstNs = new Map<string, number>();
  readonly #lastNs = new Map<string, number>();
  readonly #lastReusedNs = new Map<string, number>();
  /** Slices in which requests were sent that the Pod answered well, and in which the first answer to one of these was whole. */
  readonly #well = new Map<string, Map<number, number>>();
  /** Slices in which such an answer was whole. */
  readonly #answered = new Map<string, Set<number>>();
  readonly #errors = new Map<string, ErrorAnswer[]>();

  /** @param disruptionNs `null`: nothing was disrupted, and nothing is remembered */
  constructor(disruptionNs: number | null) {
    this.#sinceNs = disruptionNs ?? Infinity;
  }

  /** It is an answer, of a trial in which something was disrupted. */
  counts({ outcome, endNs }: RequestRecord): boolean {
    return (outcome === 'ok' || outcome === 'http-error') && endNs !== null && this.#sinceNs !== Infinity;
  }

  /** @param uid of the Pod that answered; `null`: not known */
  add(record: RequestRecord, uid: string | null): void {
    const { endNs, status } = record;
    if (uid === null || endNs === null) return;
    const startNs = record.startNs ?? record.intendedNs;
    if (record.outcome === 'http-error') {
      const error: ErrorAnswer = { status: status ?? 0, atNs: record.firstByteNs ?? endNs };
      const known = this.#errors.get(uid);
      if (known === undefined) this.#errors.set(uid, [error]);
      else known.push(error);
      return;
    }
    const well = this.#well.get(uid) ?? new Map<number, number>();
    this.#well.set(uid, well);
    const [sent, whole] = [Math.floor(startNs / SLICE_NS), Math.floor(endNs / SLICE_NS)];
    well.set(sent, Math.min(whole, well.get(sent) ?? Infinity));
    const answered = this.#answered.get(uid) ?? new Set();
    this.#answered.set(uid, answered.add(whole));
    if (endNs < this.#sinceNs) return;
    this.#firstNs.set(uid, Math.min(endNs, this.#firstNs.get(uid) ?? Infinity));
    keepLatest(this.#lastNs, uid, endNs);
    if ((record.requestOnConnection ?? 0) > 0) keepLatest(this.#lastReusedNs, uid, endNs);
  }

  /** When a Pod first answered well since the disruption, ns; `null`: it did not, or nobody knows whose answers they were. */
  firstNs(uid: string): number | null {
    return this.#firstNs.get(uid) ?? null;
  }

  /**
   * A request was sent and answered well by the Pod, both within that time. One that was sent in it and answered later
   * may have come to the Pod only later, when a lost packet was sent again.
   */
  answeredWell(uid: string, fromNs: number, toNs: number): boolean {
    const well = this.#well.get(uid) ?? [];
    return [...well].some(([sent, whole]) => sent * SLICE_NS >= fromNs && (whole + 1) * SLICE_NS <= toNs);
  }

  /** Another Pod than this one answered well within that time. */
  othersAnsweredWell(uid: string, fromNs: number, toNs: number): boolean {
    return [...this.#answered].some(
      ([other, answered]) =>
        other !== uid &&
        [...answered].some((slice) => slice * SLICE_NS >= fromNs && (slice + 1) * SLICE_NS <= toNs),
    );
  }

  /** What each Pod answered with an error status, by uid. */
  get errors(): ReadonlyMap<string, readonly ErrorAnswer[]> {
    return this.#errors;
  }

  milestones(victims: readonly Victim[]): readonly Milestone[] {
    return victims.flatMap((victim) => [
      ...milestone('last-answered', victim, this.#lastNs),
      ...milestone('last-reused-answered', victim, this.#lastReusedNs),
    ]);
  }
}

/** An answer with an error status, and when its first byte came, ns. */
export interface ErrorAnswer {
  readonly status: number;
  readonly atNs: number;
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
