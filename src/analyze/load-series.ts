import { NS_PER_MS } from '../model/duration.ts';
import { FAILED_OUTCOMES, type RequestRecord } from '../model/request-record.ts';
import type { LoadBin } from './run-result.ts';

/** Width of a slice, ns. */
export const BIN_NS = 100 * NS_PER_MS;

interface Counts {
  ok: number;
  failed: number;
  other: number;
  maxLatencyMs: number | null;
}

/** Counts requests per 100 ms of their intended time. Feed every record to `add`, in any order. */
export class LoadSeries {
  readonly #bins = new Map<number, Counts>();

  add(record: RequestRecord): void {
    const index = Math.floor(record.intendedNs / BIN_NS);
    const counts = this.#bins.get(index) ?? { ok: 0, failed: 0, other: 0, maxLatencyMs: null };
    this.#bins.set(index, counts);
    if (record.outcome === 'ok') {
      counts.ok += 1;
      if (record.endNs !== null) {
        const latencyMs = (record.endNs - record.intendedNs) / NS_PER_MS;
        counts.maxLatencyMs = Math.max(counts.maxLatencyMs ?? 0, latencyMs);
      }
    } else if (FAILED_OUTCOMES.includes(record.outcome)) counts.failed += 1;
    else counts.other += 1;
  }

  /** In the order of time; slices without a request are left out. */
  bins(): readonly LoadBin[] {
    return [...this.#bins.entries()]
      .sort(([a], [b]) => a - b)
      .map(([index, counts]) => ({ fromNs: index * BIN_NS, ...counts }));
  }
}
