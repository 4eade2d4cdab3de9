import type { ConntrackEvent, HistoryEvent } from '../../model/history-event.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { KnownPod } from '../objects/pod-book.ts';

/** Between a client's connect and the stamp of connection tracking: more than this only where the stamp is worthless. */
const STAMP_DELAY_NS = 2000 * NS_PER_MS;
const STAMP_SLACK_NS = 2 * NS_PER_MS;

/** When each Pod first served anybody well, as far as connection tracking and the ledgers tell together. */
export class FirstAnswers {
  readonly #firstByAddress: ReadonlyMap<string, readonly ConntrackEvent[]>;

  /** `failures`: every failed request of the trial; a connection that carried none of them was served well. */
  constructor(events: readonly HistoryEvent[], failures: readonly RequestRecord[]) {
    const opened = new Map<number, number[]>();
    for (const { clientPort, startNs, connectionAgeMs } of failures) {
      if (clientPort === null || startNs === null) continue;
      const openNs = startNs - (connectionAgeMs ?? 0) * NS_PER_MS;
      opened.set(clientPort, [...(opened.get(clientPort) ?? []), openNs]);
    }
    const carriedFailure = ({ clientPort, atNs }: ConntrackEvent): boolean =>
      opened
        .get(clientPort)
        ?.some((openNs) => atNs >= openNs - STAMP_SLACK_NS && atNs <= openNs + STAMP_DELAY_NS) === true;
    this.#firstByAddress = Map.groupBy(
      events.filter(
        (event): event is ConntrackEvent =>
          event.type === 'conntrack' &&
          event.change === 'new' &&
          event.serviceAddress !== event.podIP &&
          !carriedFailure(event),
      ),
      ({ podIP }) => podIP,
    );
  }

  /** The first connection to this Pod on which no request failed; `null`: there was none. */
  of({ podIP, firstSeenNs, goneNs }: KnownPod): ConntrackEvent | null {
    if (podIP === null) return null;
    const own = this.#firstByAddress.get(podIP)?.find(({ atNs }) => atNs >= firstSeenNs && atNs <= goneNs);
    return own ?? null;
  }
}
