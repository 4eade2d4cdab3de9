import { canRepetitionHelp } from '../model/can-repetition-help.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { Finding, Verdict } from '../model/verdict.ts';

/** What became of one attempt at a trial. */
export interface Attempt {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** It came to its end; what it shows may still be void. */
  readonly measured: boolean;
}

export interface PlanToRun {
  /** In the order of execution. */
  readonly trials: readonly PlannedTrial[];
  /** Attempts that were begun earlier, by trial number; a number that is missing has none. */
  readonly attempts: ReadonlyMap<number, number>;
  /** Trials that need no further attempt. */
  readonly done: ReadonlySet<number>;
}

export interface PlanSteps {
  /** Measures one attempt. Throws only what no further trial could survive. */
  readonly attempt: (trial: PlannedTrial, attempt: number) => Promise<Attempt>;
  /** How often a trial may be tried until it is not void, of those attempts that this call makes. */
  readonly maxAttempts: number;
  /** Where several trials go on at a time. Default: one after the other. */
  readonly lanes?: PlanLanes;
}

/** Trials side by side. */
export interface PlanLanes {
  /** How many may go on at this moment; asked before each. */
  readonly count: () => number;
  /** Whether a trial can begin beside those that go on: of those that could, the first does. */
  readonly isReady: (trial: PlannedTrial, beside: readonly PlannedTrial[]) => boolean;
  /** What nothing else may go on beside. */
  readonly isAlone: (trial: PlannedTrial) => boolean;
  /** Waited for before a trial begins beside another one. */
  readonly stagger: () => Promise<void>;
}

const ONE_LANE: PlanLanes = {
  count: () => 1,
  isReady: () => true,
  isAlone: () => true,
  stagger: () => Promise.resolve(),
};

/**
 * Runs what is left of a plan: trials begin in its order, each when a lane is free (and where several go on, when what it
 * needs is free too: until then those that follow come first, of this block and the next). One that is void is tried again,
 * unless a repetition cannot help. That not a single trial of a whole block came to its end shows that none ever will:
 * then the run ends. What ends it lets the trials that are under way come to their end.
 *
 * @throws DrainbenchError `nothing-measurable` with the reasons; and what an attempt throws, the first one.
 */
export async function runPlan({ trials, attempts, done }: PlanToRun, steps: PlanSteps): Promise<void> {
  const { count, isReady, isAlone, stagger } = steps.lanes ?? ONE_LANE;
  const queue = trials.filter(({ number }) => !done.has(number));
  const blocks = new BlockEnds(trials);
  const underWay = new Map<PlannedTrial, Promise<void>>();
  const failures: unknown[] = [];
  const ended = () => failures.length > 0;
  /** The one that may begin now; `null`: none may before another has ended. */
  const next = (): PlannedTrial | null => {
    const [first] = queue;
    if (first === undefined || underWay.size === 0) return first ?? null;
    const beside = [...underWay.keys()];
    if (beside.length >= count() || beside.some(isAlone)) return null;
    // What runs alone is not put off for ever by what could go before it.
    const alone = queue.findIndex(isAlone);
    const candidates = queue.slice(0, alone === -1 ? queue.length : alone);
    return candidates.find((trial) => trial.block <= first.block + 1 && isReady(trial, beside)) ?? null;
  };
  while (queue.length > 0 && !ended()) {
    const trial = next();
    if (trial === null) {
      await Promise.race(underWay.values());
      continue;
    }
    queue.splice(queue.indexOf(trial), 1);
    if (underWay.size > 0) await stagger();
    if (ended()) break;
    const running = runUntilValid(trial, attempts.get(trial.number) ?? 0, steps)
      .then((end) => blocks.ended(trial, end))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(trial));
    underWay.set(trial, running);
  }
  await Promise.all(underWay.values());
  if (ended()) throw failures[0];
}

/** How the trials of each block ended. */
class BlockEnds {
  readonly #blocks: ReadonlyMap<number, readonly PlannedTrial[]>;
  readonly #last: number | undefined;
  readonly #ends = new Map<number, Attempt[]>();

  constructor(trials: readonly PlannedTrial[]) {
    this.#blocks = Map.groupBy(trials, ({ block }) => block);
    this.#last = trials.at(-1)?.block;
  }

  /** Throws where that was the last one of a block of which nothing could be measured. */
  ended({ block }: PlannedTrial, end: Attempt): void {
    const ends = [...(this.#ends.get(block) ?? []), end];
    this.#ends.set(block, ends);
    const isWhole = ends.length === this.#blocks.get(block)?.length;
    if (isWhole && block !== this.#last && !ends.some(({ measured }) => measured))
      throw nothingMeasurable(block, ends);
  }
}

async function runUntilValid(
  trial: PlannedTrial,
  earlier: number,
  { attempt, maxAttempts }: PlanSteps,
): Promise<Attempt> {
  for (let number = earlier + 1; ; number++) {
    const end = await attempt(trial, number);
    if (end.verdict !== 'void' || number === earlier + maxAttempts || !canRepetitionHelp(end.findings))
      return end;
  }
}

function nothingMeasurable(block: number, ends: readonly Attempt[]): DrainbenchError {
  const reasons = ends.map(({ findings }) => findings.find(({ severity }) => severity === 'void')?.message);
  return new DrainbenchError({
    code: 'nothing-measurable',
    message: `0 of ${countOf(ends.length, 'trial')} of block ${block} could be measured, nor would those of the blocks that follow`,
    found: [...new Set(reasons)].join(' '),
    fix: 'mend what is named',
  });
}
