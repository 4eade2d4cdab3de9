import { asksForBudget } from '../disrupt/disruption-budget.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { Strategy } from '../model/scenario.ts';
import type { Stand } from './stand.ts';

/** A Pod that serves for ever keeps a log for ever, which each trial reads. */
const MOST_USES = 20;
/** Idle Pods cost their probes and their memory; a kubelet takes 110 Pods by default. */
const MOST_IDLE_PODS = 60;

/** What is asked of a stand that waits. */
export type PooledStand = Pick<Stand, 'uses' | 'prepare' | 'isAsLeft' | 'remove'> & {
  readonly workload: Pick<Stand['workload'], 'replicas'>;
};

interface Waiting<S> {
  readonly settings: string;
  readonly stand: S;
}

/** A run's stands: those that wait for their next trial, and how to get one that does not. */
export class Stands<S extends PooledStand> {
  readonly #make: (trial: PlannedTrial, attempt: number) => S;
  /** The one that has waited the longest comes first. */
  #waiting: Waiting<S>[] = [];

  /** @param make a stand for an attempt at a trial, not deployed yet. */
  constructor(make: (trial: PlannedTrial, attempt: number) => S) {
    this.#make = make;
  }

  /**
   * Deploys a stand for each of the settings of these trials, one after the other: what is deployed later disturbs the
   * trials that go on meanwhile. One that does not come up is left to its trial, which says why.
   */
  async prepare(trials: readonly PlannedTrial[]): Promise<void> {
    for (const [settings, [first]] of Map.groupBy(trials, ({ strategy }) => settingsOf(strategy))) {
      if (first === undefined || this.#waiting.some((each) => each.settings === settings)) continue;
      const waiting = { settings, stand: this.#make(first, 1) };
      this.#waiting.push(waiting);
      await waiting.stand.prepare().catch(async () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        await this.#remove(waiting);
      });
      if (this.#idlePods() > MOST_IDLE_PODS) return;
    }
  }

  /**
   * A stand for an attempt at a trial: one with the same settings that waits and is as it was left, else a new one. What
   * is tried again begins anew, and what asks for a budget, which is deployed with the rest.
   *
   * @throws as `Stand.remove` does, of one that is not to be used any more.
   */
  async take(trial: PlannedTrial, attempt: number): Promise<S> {
    const settings = settingsOf(trial.strategy);
    while (attempt === 1 && !asksForBudget(trial.disruption)) {
      const waiting = this.#waiting.find((each) => each.settings === settings);
      if (waiting === undefined) break;
      // At once: other lanes ask too.
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      const { stand } = waiting;
      if (stand.uses < MOST_USES && (await stand.isAsLeft())) return stand;
      await this.#remove(waiting);
    }
    return this.#make(trial, attempt);
  }

  /** Keeps a stand for a later trial. Where that makes too many idle Pods, those go that have waited the longest. */
  async keep(stand: S, { strategy }: PlannedTrial): Promise<void> {
    this.#waiting.push({ settings: settingsOf(strategy), stand });
    while (this.#waiting.length > 1 && this.#idlePods() > MOST_IDLE_PODS) await this.#removeOldest();
  }

  /** Removes all that wait, side by side: nothing is measured meanwhile. May be tried again. */
  async removeAll(): Promise<void> {
    const all = this.#waiting.splice(0);
    const removed = await Promise.allSettled(all.map((waiting) => this.#remove(waiting)));
    for (const outcome of removed) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #idlePods(): number {
    return this.#waiting.reduce((sum, { stand }) => sum + stand.workload.replicas, 0);
  }

  async #removeOldest(): Promise<void> {
    const oldest = this.#waiting.shift();
    if (oldest !== undefined) await this.#remove(oldest);
  }

  /** One that could not be removed is tried again with all others, and never used: it is not as it was left. */
  async #remove(waiting: Waiting<S>): Promise<void> {
    await waiting.stand.remove().catch((error: unknown) => {
      this.#waiting.push(waiting);
      throw error;
    });
  }
}

/** Whether two trials can be run on one stand. */
export function sharesStand(one: PlannedTrial, other: PlannedTrial): boolean {
  return settingsOf(one.strategy) === settingsOf(other.strategy);
}

/** All of a strategy that the workload is made of: not what it is called, nor what is asked of it. */
function settingsOf(strategy: Strategy): string {
  const settings = Object.entries(strategy).filter(([key]) => key !== 'name' && key !== 'mustPass');
  return JSON.stringify(settings.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
