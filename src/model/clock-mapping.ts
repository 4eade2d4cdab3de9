/** One question to another machine's clock, and its answer. */
export interface ClockSample {
  /** When the question left and when the answer was here, on our clock, ns. */
  readonly sentNs: number;
  readonly receivedNs: number;
  /** What the other clock showed at some moment between the two, ns. */
  readonly remoteNs: number;
}

export interface MappedTime {
  readonly atNs: number;
  /** The true time lies within `atNs` ± this. */
  readonly uncertaintyNs: number;
}

/**
 * The most by which the pace of two CLOCK_MONOTONIC may differ: quartz is good to 100 ppm, and NTP slews each of the
 * two by at most 500 ppm. A pair that is further apart is found out by samples that contradict each other.
 */
export const MAX_DRIFT = 1e-3;
/** At one sample every half second: an hour and a half. */
const SAMPLES_KEPT = 10_000;
/** Samples further away have grown too wide to tell anything that these do not. */
const SAMPLES_ASKED = 64;

/**
 * Another machine's monotonic clock on ours. Nothing is estimated: each sample says between which two moments of our
 * clock the other one showed a time, and how much further off it can have drifted by another time. The true time lies
 * in what all samples allow, so the ones with the shortest way there and back decide by themselves.
 */
export class ClockMapping {
  /** Samples that agree with each other, oldest first; a contradiction begins the next stretch. */
  readonly #stretches: ClockSample[][] = [];

  get newest(): ClockSample | null {
    return this.#stretches.at(-1)?.at(-1) ?? null;
  }

  /** Takes a sample in; `false` when no drift explains it: one of the clocks stood still or was set (a VM was paused). */
  add(sample: ClockSample): boolean {
    const stretch = this.#stretches.at(-1);
    if (stretch === undefined) {
      this.#stretches.push([sample]);
      return true;
    }
    const { fromNs, toNs } = bounds(stretch, sample.remoteNs);
    const fits = sample.sentNs <= toNs && sample.receivedNs >= fromNs;
    if (!fits) this.#stretches.push([sample]);
    else {
      stretch.push(sample);
      if (stretch.length > SAMPLES_KEPT) stretch.shift();
    }
    return fits;
  }

  /** @throws Error when there is no sample yet. */
  toOurs(remoteNs: number): MappedTime {
    const after = this.#stretches.findIndex((stretch) => remoteNs <= (stretch.at(-1)?.remoteNs ?? -Infinity));
    const index = after === -1 ? this.#stretches.length - 1 : after;
    const stretch = this.#stretches[index];
    const before = this.#stretches[index - 1];
    if (stretch === undefined) throw new Error('a clock without samples cannot be mapped');
    let { fromNs, toNs } = bounds(stretch, remoteNs);
    if (before !== undefined && remoteNs < (stretch[0]?.remoteNs ?? -Infinity)) {
      // The clocks moved against each other between these two samples, and nobody knows when.
      const earlier = bounds(before, remoteNs);
      fromNs = Math.min(fromNs, earlier.fromNs);
      toNs = Math.max(toNs, earlier.toNs);
    }
    return { atNs: (fromNs + toNs) / 2, uncertaintyNs: Math.max(0, toNs - fromNs) / 2 };
  }
}

/** Between which moments of our clock the other one can have shown this time. */
function bounds(
  samples: readonly ClockSample[],
  remoteNs: number,
): { readonly fromNs: number; readonly toNs: number } {
  let fromNs = -Infinity;
  let toNs = Infinity;
  const first = Math.max(0, nextAfter(samples, remoteNs) - SAMPLES_ASKED / 2);
  for (const sample of samples.slice(first, first + SAMPLES_ASKED)) {
    const sinceNs = remoteNs - sample.remoteNs;
    const driftNs = Math.abs(sinceNs) * MAX_DRIFT;
    fromNs = Math.max(fromNs, sample.sentNs + sinceNs - driftNs);
    toNs = Math.min(toNs, sample.receivedNs + sinceNs + driftNs);
  }
  return { fromNs, toNs };
}

/** Index of the first sample that is later than this; samples are in the order of time. */
function nextAfter(samples: readonly ClockSample[], remoteNs: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((samples[middle]?.remoteNs ?? Infinity) > remoteNs) high = middle;
    else low = middle + 1;
  }
  return low;
}
