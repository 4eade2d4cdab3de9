import { ClockMapping, type ClockSample, type MappedTime } from './clock-mapping.ts';

/** What a process tells about its clock when it starts. */
export interface ClockIdentity {
  /** Changes with every boot of a kernel. */
  readonly bootId: string;
  /** Of its time namespace, as /proc/self/ns/time names it; `null` where the kernel has none. */
  readonly timeNamespace: string | null;
  /** `process.hrtime.bigint()` at its start, as decimal text: its times count from here. */
  readonly originNs: string;
}

/** A sample, and what became of the mapping with it. */
export interface TakenSample extends ClockSample {
  /** No drift explains it: what happened since the sample before has no certain time. */
  readonly contradicts: boolean;
}

/**
 * The clock of another process, on the run's time line. Where both are on the same kernel and in the same time
 * namespace it is the very same clock: then times are only counted from another origin, and nothing is added to their
 * uncertainty; every sample must show that it is so.
 */
export class RemoteClock {
  readonly #mapping = new ClockMapping();
  readonly #sent = new Map<number, number>();
  /** Added to remote times where the clock is ours; `null` where it is another one. */
  #sharedOffsetNs: number | null;
  #next = 1;

  /** @param runStartNs `process.hrtime.bigint()` at run start */
  constructor(ours: Omit<ClockIdentity, 'originNs'>, theirs: ClockIdentity, runStartNs: bigint) {
    const same = ours.bootId === theirs.bootId && ours.timeNamespace === theirs.timeNamespace;
    this.#sharedOffsetNs = same ? Number(BigInt(theirs.originNs) - runStartNs) : null;
  }

  get shared(): boolean {
    return this.#sharedOffsetNs !== null;
  }

  /** Remote times up to this one lie before a sample, or are ours anyway. */
  get settledUntilNs(): number {
    return this.shared ? Infinity : (this.#mapping.newest?.remoteNs ?? -Infinity);
  }

  /** A question leaves now; returns its number. */
  asked(nowNs: number): number {
    const id = this.#next++;
    this.#sent.set(id, nowNs);
    return id;
  }

  /** Its answer is here; `null` for an answer to nothing. */
  answered(id: number, remoteNs: number, nowNs: number): TakenSample | null {
    const sentNs = this.#sent.get(id);
    if (sentNs === undefined) return null;
    this.#sent.delete(id);
    const sample = { sentNs, receivedNs: nowNs, remoteNs };
    let contradicts = !this.#mapping.add(sample);
    if (this.#sharedOffsetNs !== null) {
      const atNs = remoteNs + this.#sharedOffsetNs;
      if (atNs < sentNs || atNs > nowNs) {
        // The same kernel, and yet another clock: from here on it is treated as one.
        this.#sharedOffsetNs = null;
        contradicts = true;
      }
    }
    return { ...sample, contradicts };
  }

  toRun(remoteNs: number): MappedTime {
    return this.#sharedOffsetNs === null
      ? this.#mapping.toOurs(remoteNs)
      : { atNs: remoteNs + this.#sharedOffsetNs, uncertaintyNs: 0 };
  }
}
