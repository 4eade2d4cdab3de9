import { NS_PER_MS } from '../../model/duration.ts';
import { FAILED_OUTCOMES, type RequestRecord } from '../../model/request-record.ts';
import type { LoadBin } from '../run-result.ts';

/** Width of a slice, ns. */
export const BIN_NS = 100 * NS_PER_MS;

interface Counts {
  ok: number;
  failed: number;
  heldUp: number;
  other: number;
  maxLatencyMs: number | null;
}

/** Counts requests per 100 ms of their intended time. Feed every record to `add`, in any order. */
export class LoadSeries {
  readonly #bins = new Map<number, Counts>();

  /** @param heldUp it was not sent because its connections waited for the service */
  add(record: RequestRecord, heldUp: boolean): void {
    const counts = this.#at(record.intendedNs);
    if (record.outcome === 'ok') {
      counts.ok += 1;
      if (record.endNs !== null) {
        const latencyMs = (record.endNs - record.intendedNs) / NS_PER_MS;
        counts.maxLatencyMs = Math.max(counts.maxLatencyMs ?? 0, latencyMs);
      }
    } else if (FAILED_OUTCOMES.includes(record.outcome)) counts.failed += 1;
    else if (heldUp) counts.heldUp += 1;
    else counts.other += 1;
  }

  /** A request that was due then, was held up, and has no record. */
  addHeldUp(dueNs: number): void {
    this.#at(dueNs).heldUp += 1;
  }

  /** In the order of time; slices without a request are left out. */
  bins(): readonly LoadBin[] {
    return [...this.#bins.entries()]
      .sort(([a], [b]) => a - b)
      .map(([index, counts]) => ({ fromNs: index * BIN_NS, ...counts }));
  }

  #at(dueNs: number): Counts {
    const index = Math.floor(dueNs / BIN_NS);
    const counts = this.#bins.get(index) ?? { ok: 0, failed: 0, heldUp: 0, other: 0, maxLatencyMs: null };
    this.#bins.set(index, counts);
    return counts;
  }
}
