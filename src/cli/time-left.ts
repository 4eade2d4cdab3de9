/** So many trials of the usual length are thought to have gone as forecast: the first few say little. */
const FORECAST_WEIGHT = 2;

/**
 * How long the rest of a plan takes: what was forecast of each trial, corrected by how long those took that are over.
 * Time between trials, like that for the cluster to come up, is none of theirs. Where several go on at a time, the rest
 * is taken to go on so.
 */
export class TimeLeft {
  readonly #forecastMs: ReadonlyMap<number, number>;
  readonly #left: Set<number>;
  /** When each of those began that are under way, by trial number. */
  readonly #underWay = new Map<number, number>();
  #tookMs = 0;
  #forecastOfThoseMs = 0;

  /**
   * @param forecastMs by trial number.
   * @param done trials that need not be run any more.
   */
  constructor(forecastMs: ReadonlyMap<number, number>, done: ReadonlySet<number>) {
    this.#forecastMs = forecastMs;
    this.#left = new Set([...forecastMs.keys()].filter((trial) => !done.has(trial)));
  }

  /** An attempt begins; a second one of a trial means that it is not over yet. */
  begin(trial: number, nowMs: number): void {
    this.#left.add(trial);
    this.#underWay.set(trial, nowMs);
  }

  finish(trial: number, nowMs: number): void {
    this.#left.delete(trial);
    const sinceMs = this.#underWay.get(trial);
    if (sinceMs === undefined) return;
    this.#tookMs += nowMs - sinceMs;
    this.#forecastOfThoseMs += this.#forecastOf(trial);
    this.#underWay.delete(trial);
  }

  ms(nowMs: number): number {
    const all = [...this.#forecastMs.values()];
    const usual = (FORECAST_WEIGHT * all.reduce((sum, each) => sum + each, 0)) / Math.max(1, all.length);
    const pace = usual === 0 ? 1 : (this.#tookMs + usual) / (this.#forecastOfThoseMs + usual);
    let leftMs = 0;
    for (const trial of this.#left) {
      const elapsedMs = nowMs - (this.#underWay.get(trial) ?? nowMs);
      leftMs += Math.max(0, this.#forecastOf(trial) * pace - elapsedMs);
    }
    return leftMs / Math.max(1, this.#underWay.size);
  }

  #forecastOf(trial: number): number {
    return this.#forecastMs.get(trial) ?? 0;
  }
}
