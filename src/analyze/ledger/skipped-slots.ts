import { NS_PER_S } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { LoadSpec } from '../../model/scenario.ts';

/** A request that was due on a connection that still waited for an answer, ns since run start. */
export interface SkippedSlot {
  readonly dueNs: number;
  /** When its connection was free again. */
  readonly freeNs: number;
}

/**
 * Finds the slots that a paced closed model let pass without a row, as the first versions of the autocannon engine did:
 * each connection owns every n-th slot of an even schedule, and one that waits for an answer for longer leaves out those
 * that it slept through. Where every slot has its row nothing is found. Memory: the slow requests.
 */
export class SkippedSlots {
  readonly #slotNs: number;
  readonly #laneNs: number;
  readonly #slow: SkippedSlot[] = [];
  #rows = 0;
  #firstNs = Infinity;
  #lastNs = -Infinity;

  constructor({ engine, concurrency, ratePerSecond }: LoadSpec) {
    const isPacedClosedModel = engine === 'autocannon' && ratePerSecond !== undefined;
    this.#slotNs = isPacedClosedModel ? NS_PER_S / ratePerSecond : Infinity;
    this.#laneNs = this.#slotNs * concurrency;
  }

  /** In any order. */
  add({ intendedNs, startNs, endNs, attempt }: RequestRecord): void {
    if (attempt > 0) return;
    this.#rows++;
    this.#firstNs = Math.min(this.#firstNs, intendedNs);
    this.#lastNs = Math.max(this.#lastNs, intendedNs);
    if (startNs !== null && endNs !== null && endNs - intendedNs > this.#laneNs) {
      this.#slow.push({ dueNs: intendedNs, freeNs: endNs });
    }
  }

  found(): readonly SkippedSlot[] {
    const slots = Math.round((this.#lastNs - this.#firstNs) / this.#slotNs) + 1;
    if (!(slots > this.#rows)) return [];
    return this.#slow.flatMap(({ dueNs, freeNs }) => {
      const found: SkippedSlot[] = [];
      for (let slotNs = dueNs + this.#laneNs; slotNs < freeNs; slotNs += this.#laneNs) {
        found.push({ dueNs: slotNs, freeNs });
      }
      return found;
    });
  }
}
