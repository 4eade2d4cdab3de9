import { createHistogram } from 'node:perf_hooks';
import { NS_PER_MS } from '../model/duration.ts';
import type { LoadSummary } from './load-engine.ts';

/**
 * How late requests left (start − intended, ns), in constant memory: Node's HDR histogram, to three digits. A closed
 * model without a schedule is never late; those are only counted.
 */
export class LatenessSummary {
  readonly #late = createHistogram();
  #onTime = 0;

  add(latenessNs: number): void {
    if (latenessNs <= 0) this.#onTime++;
    else this.#late.record(latenessNs);
  }

  /** `null` when nothing was sent. */
  summary(): LoadSummary['latenessMs'] {
    const total = this.#onTime + this.#late.count;
    if (total === 0) return null;
    const percentile = (percent: number): number => {
      const rank = (percent / 100) * total - this.#onTime;
      return rank <= 0 ? 0 : this.#late.percentile((rank / this.#late.count) * 100) / NS_PER_MS;
    };
    return {
      p50: percentile(50),
      p99: percentile(99),
      max: this.#late.count === 0 ? 0 : this.#late.max / NS_PER_MS,
    };
  }
}
