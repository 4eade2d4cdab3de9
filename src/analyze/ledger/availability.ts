import { NumberList } from './number-list.ts';

/** The longest time in which a load got no good answer although it wanted one. */
export interface Unavailability {
  readonly ns: number;
  /** No good answer came any more before the load was stopped: it was at least so long. */
  readonly atLeast: boolean;
}

/** A request as far as it tells whether the service answered. */
interface Wanted {
  readonly dueNs: number;
  /** When its outcome was known; `Infinity`: never. */
  readonly endNs: number;
}

/**
 * When a load got good answers, from the disruption on. From one good answer to the next nobody is served; that counts
 * from when the first request that was not served yet was due, so that the pace of a slow load is no outage. Memory: 24
 * bytes a request that was not over before.
 */
export class Availability {
  readonly #sinceNs: number;
  readonly #dueNs = new NumberList();
  readonly #endNs = new NumberList();
  readonly #goodNs = new NumberList();
  /** Times in which the generator itself slept. */
  readonly #asleep: { readonly fromNs: number; readonly toNs: number }[] = [];

  /** @param sinceNs the disruption */
  constructor(sinceNs: number) {
    this.#sinceNs = sinceNs;
  }

  add({ dueNs, endNs }: Wanted, isGood: boolean): void {
    if (endNs <= this.#sinceNs) return;
    this.#dueNs.push(dueNs);
    // Comparable, unlike infinity.
    this.#endNs.push(Math.min(endNs, Number.MAX_VALUE));
    if (isGood) this.#goodNs.push(endNs);
  }

  /** A request that the generator did not send for reasons of its own: meanwhile it could see no answer. */
  addAsleep({ dueNs, endNs }: Wanted): void {
    this.#asleep.push({ fromNs: dueNs, toNs: endNs });
  }

  /** @param toNs when the load was stopped. `null` where nothing was wanted. */
  longest(toNs: number): Unavailability | null {
    const wanted = this.#byEnd();
    const lastEndNs = wanted.at(-1)?.endNs;
    if (lastEndNs === undefined) return null;
    let longest: Unavailability = { ns: 0, atLeast: false };
    let fromNs = this.#sinceNs;
    let next = 0;
    const until = (atNs: number, atLeast: boolean): void => {
      while ((wanted[next]?.endNs ?? Infinity) <= fromNs) next++;
      // Of those that were not served by then, the one that was due first.
      const sinceNs = Math.max(fromNs, wanted[next]?.firstDueNs ?? Infinity);
      if (atNs - sinceNs > longest.ns) {
        const ns = atNs - sinceNs - this.#asleepNs(sinceNs, atNs);
        if (ns > longest.ns) longest = { ns, atLeast };
      }
      fromNs = atNs;
    };
    // Once the load is stopped nobody asks any more: what is answered later says only how long it was at least.
    for (const goodNs of this.#goodNs.sorted()) until(Math.min(goodNs, toNs), goodNs > toNs);
    if (lastEndNs > fromNs && fromNs < toNs) until(toNs, true);
    return longest;
  }

  /** In the order of their ends; `firstDueNs`: the earliest of its own due time and those of all that ended later. */
  #byEnd(): readonly { readonly endNs: number; readonly firstDueNs: number }[] {
    const due = this.#dueNs.values();
    const ends = Array.from(this.#endNs.values(), (endNs, index) => ({ endNs, firstDueNs: due[index] ?? 0 }));
    ends.sort((a, b) => a.endNs - b.endNs);
    let firstDueNs = Infinity;
    for (const each of ends.toReversed()) {
      firstDueNs = Math.min(firstDueNs, each.firstDueNs);
      each.firstDueNs = firstDueNs;
    }
    return ends;
  }

  #asleepNs(fromNs: number, toNs: number): number {
    let asleepNs = 0;
    let untilNs = fromNs;
    for (const each of this.#asleep.toSorted((a, b) => a.fromNs - b.fromNs)) {
      const end = Math.min(each.toNs, toNs);
      asleepNs += Math.max(0, end - Math.max(each.fromNs, untilNs));
      untilNs = Math.max(untilNs, end);
    }
    return asleepNs;
  }
}
