import type { Milestone } from '../model/milestone.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { Victim } from '../model/trial-record.ts';

/** The ledger's clock is the load process's own, read in its event loop. */
const LEDGER_UNCERTAINTY_NS = 50_000;

/** Remembers, while a ledger streams by, when each Pod last answered on a connection that was used before. */
export class AnsweredByPod {
  readonly #lastReusedNs = new Map<string, number>();

  add(record: RequestRecord): void {
    if (record.outcome !== 'ok' || record.pod === null || record.endNs === null) return;
    if ((record.requestOnConnection ?? 0) === 0) return;
    const before = this.#lastReusedNs.get(record.pod);
    if (before === undefined || record.endNs > before) this.#lastReusedNs.set(record.pod, record.endNs);
  }

  /** Of the victims that still answered after the disruption. */
  milestones(victims: readonly Victim[], disruptionNs: number | null): readonly Milestone[] {
    return victims.flatMap((victim): readonly Milestone[] => {
      const atNs = this.#lastReusedNs.get(victim.name);
      if (atNs === undefined || disruptionNs === null || atNs < disruptionNs) return [];
      const { name: pod, uid: podUid, node } = victim;
      return [
        {
          name: 'last-reused-answered',
          pod,
          podUid,
          node,
          container: null,
          atNs,
          uncertaintyNs: LEDGER_UNCERTAINTY_NS,
          source: 'load',
          eventId: null,
        },
      ];
    });
  }
}
