import { cpus } from 'node:os';

import { countOf } from '../model/count-of.ts';
import type { Finding } from '../model/verdict.ts';

/** The load's own process was not awake when it counted, or was far too late: for want of a CPU. */
const FOR_WANT_OF_CPU: ReadonlySet<string> = new Set(['generator-silent', 'load-silent', 'not-sent']);
/** Of the time of all CPUs. Up to the first there is room for one lane more, from the second on there is none for all. */
const ROOM_BELOW = 0.7;
const FULL_FROM = 0.93;
/** What a lane more makes busy shows only after it has been through a trial, or nearly. */
const LOOK_EVERY_MS = 8000;
const MOST_AUTO_LANES = 8;

export interface LaneCountOptions {
  /** As the scenario says it. */
  readonly lanes: number | 'auto';
  /** Why there may be one lane only; `null`: there may be several. */
  readonly single: string | null;
  readonly onStep: (message: string) => void;
  readonly nowMs?: () => number;
  /** Time that the CPUs of this machine have spent since it was started, ms, and how much of it they were idle. */
  readonly cpuTime?: () => CpuTime;
}

export interface CpuTime {
  readonly totalMs: number;
  readonly idleMs: number;
}

/**
 * How many trials may go on at a time on this machine. It begins with what was asked for (`auto`: one a CPU) and is
 * never more than that; `auto` becomes more while the CPUs have time left. Either becomes less when a trial was void
 * for want of a CPU, and is not that many again; `auto` also when the CPUs have none left. Each change is told.
 */
export class LaneCount {
  readonly #options: Required<LaneCountOptions>;
  #most: number;
  #count: number;
  #since: CpuTime;
  #lookedMs: number;
  #changedMs = 0;

  constructor(options: LaneCountOptions) {
    this.#options = { nowMs: () => performance.now(), cpuTime: readCpuTime, ...options };
    const { lanes, single, onStep } = this.#options;
    const wanted = lanes === 'auto' ? cpus().length : lanes;
    this.#most = single !== null ? 1 : lanes === 'auto' ? MOST_AUTO_LANES : lanes;
    this.#count = Math.min(wanted, this.#most);
    if (single !== null && lanes !== 1) onStep(`one trial at a time: ${single}`);
    this.#since = this.#options.cpuTime();
    this.#lookedMs = this.#options.nowMs();
  }

  get count(): number {
    return this.#count;
  }

  /**
   * A trial has ended with these findings.
   *
   * @param beganMs when it began, by `nowMs`: one that began before the last change says nothing of the lanes since.
   */
  trialEnded(findings: readonly Finding[], beganMs: number): void {
    const starved = findings.find(({ code, severity }) => severity === 'void' && FOR_WANT_OF_CPU.has(code));
    if (beganMs < this.#changedMs) return;
    if (starved !== undefined) {
      // What starved once would again, however idle the CPUs are on average.
      this.#most = Math.max(1, this.#count - 1);
      this.#become(this.#count - 1, starved.message);
      return;
    }
    if (this.#options.lanes !== 'auto') return;
    const nowMs = this.#options.nowMs();
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    const time = this.#options.cpuTime();
    const totalMs = time.totalMs - this.#since.totalMs;
    const busy = totalMs === 0 ? 1 : 1 - (time.idleMs - this.#since.idleMs) / totalMs;
    const change = busy < ROOM_BELOW ? 1 : busy >= FULL_FROM ? -1 : 0;
    this.#become(this.#count + change, `the CPUs were busy for ${Math.round(busy * 100)} % of the time`);
  }

  #become(wanted: number, why: string): void {
    this.#since = this.#options.cpuTime();
    this.#lookedMs = this.#options.nowMs();
    const count = Math.max(1, Math.min(wanted, this.#most));
    if (count === this.#count) return;
    this.#changedMs = this.#lookedMs;
    this.#options.onStep(`${countOf(count, 'trial')} at a time instead of ${this.#count}: ${why}`);
    this.#count = count;
  }
}

function readCpuTime(): CpuTime {
  const times = cpus().map((cpu) => cpu.times);
  // What runs at a lower priority gives way.
  const idleMs = times.reduce((sum, { idle, nice }) => sum + idle + nice, 0);
  const totalMs = times.reduce(
    (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
    0,
  );
  return { totalMs, idleMs };
}
