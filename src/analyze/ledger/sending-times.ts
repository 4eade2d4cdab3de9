import { NS_PER_S } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import { NumberList } from './number-list.ts';

/** A time in which a load sent nothing, ns since run start. */
export interface Silence {
  readonly fromNs: number;
  readonly toNs: number;
  /** For how long of it the load could have sent, ns: a connection was free, or could have been opened. */
  readonly idleNs: number;
  /** How many requests its own pace asked for in that time; `Infinity` where it goes as fast as answers come. */
  readonly missed: number;
}

/** A time in which every connection of a load waited for an answer, ns since run start. */
export interface BusyTime {
  readonly fromNs: number;
  readonly toNs: number;
}

/**
 * When a load really sent, from the disruption on. A silence is the service's doing while every connection waits for
 * an answer, and the generator's own as soon as one does not. Memory: 16 bytes a request that was not over before.
 */
export class SendingTimes {
  readonly #spec: LoadSpec;
  readonly #sinceNs: number;
  readonly #starts = new NumberList();
  readonly #ends = new NumberList();
  readonly #heldUp = new NumberList();

  /** `sinceNs`: the disruption; requests that were over before it are not kept. */
  constructor(spec: LoadSpec, sinceNs: number) {
    this.#spec = spec;
    this.#sinceNs = sinceNs;
  }

  /** In any order. `heldUp`: it was not sent because every connection waited for the service. */
  add({ startNs, endNs, intendedNs }: RequestRecord, heldUp: boolean): void {
    if (heldUp) this.#heldUp.push(intendedNs);
    if (startNs === null || (endNs ?? Infinity) < this.#sinceNs) return;
    this.#starts.push(startNs);
    this.#ends.push(endNs ?? Infinity);
  }

  /**
   * The times longer than `longerThanNs` that reach into [disruption, toNs] in which nothing was sent, nor held up by
   * the service. One that goes on after `toNs` is given as a whole.
   */
  silences(toNs: number, longerThanNs: number): readonly Silence[] {
    const found: Silence[] = [];
    let last = this.#sinceNs;
    const until = (atNs: number): void => {
      if (atNs - last > longerThanNs && last < toNs) found.push(this.#silence(last, atNs));
      last = Math.max(last, atNs);
    };
    this.#active().forEach(until);
    until(toNs);
    return found;
  }

  /**
   * The times from the disruption on in which no connection was free: as many requests were under way as the load has
   * connections. In the order of time. One that is freed and taken again at once ends a time and begins the next.
   */
  busyTimes(): readonly BusyTime[] {
    const { concurrency } = this.#spec;
    const [starts, ends] = [this.#starts.sorted(), this.#ends.sorted()];
    const found: BusyTime[] = [];
    let underWay = 0;
    let fromNs: number | null = null;
    for (let s = 0, e = 0; e < ends.length;) {
      const [startNs = Infinity, endNs = Infinity] = [starts[s], ends[e]];
      if (startNs < endNs) {
        s++;
        underWay++;
        if (underWay === concurrency) fromNs = Math.max(startNs, this.#sinceNs);
      } else {
        e++;
        if (underWay === concurrency && fromNs !== null && endNs > fromNs)
          found.push({ fromNs, toNs: endNs });
        underWay--;
      }
    }
    return found;
  }

  /** In the order of time: whenever something was sent, or was to be sent and held up. */
  #active(): Float64Array {
    const [starts, heldUp] = [this.#starts.values(), this.#heldUp.values()];
    const all = new Float64Array(starts.length + heldUp.length);
    all.set(starts);
    all.set(heldUp, starts.length);
    return all.sort();
  }

  #silence(fromNs: number, toNs: number): Silence {
    const { engine, concurrency, ratePerSecond } = this.#spec;
    const underWay = this.#endsAfter(fromNs, toNs);
    // Nothing begins meanwhile: once so many are over that one place is free, one stays free.
    const freeSinceNs = underWay.at(-concurrency) ?? fromNs;
    const idleNs = Math.max(0, toNs - freeSinceNs);
    // The open model has one schedule; in the closed model each connection keeps its own share of it.
    const lanes = engine === 'native' ? 1 : concurrency;
    const waitedNs = underWay.reduce((sum, endNs) => sum + Math.min(endNs, toNs) - fromNs, 0);
    const freeNs = engine === 'native' ? idleNs : (toNs - fromNs) * lanes - waitedNs;
    const missed = ratePerSecond === undefined ? Infinity : ((freeNs / lanes) * ratePerSecond) / NS_PER_S;
    return { fromNs, toNs, idleNs, missed };
  }

  /** Ends, in their order, of the requests that were under way when the silence began. */
  #endsAfter(fromNs: number, toNs: number): readonly number[] {
    const starts = this.#starts.values();
    return [...this.#ends.values()]
      .filter((endNs, index) => endNs > fromNs && (starts[index] ?? Infinity) < toNs)
      .sort((a, b) => a - b);
  }
}
