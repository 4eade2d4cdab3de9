import { describe, expect, it } from 'vitest';

import type { PlannedTrial } from '../../../src/model/plan.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import type { Finding } from '../../../src/model/verdict.ts';
import { runPlan, type Attempt, type PlanToRun } from '../../../src/run/run-plan.ts';

const planned = (number: number, block: number): PlannedTrial => ({
  number,
  block,
  role: 'comparison',
  strategy: strategySchema.parse({ name: 'none' }),
  disruption: { type: 'delete' },
  seed: 1,
});
const TWO_BLOCKS = [planned(1, 1), planned(2, 1), planned(3, 2), planned(4, 2)];

const because = (code: string): readonly Finding[] => [{ code, severity: 'void', message: `${code}.` }];
const PASS: Attempt = { verdict: 'pass', findings: [], measured: true };
const VOID: Attempt = { verdict: 'void', findings: because('generator-silent'), measured: true };
const NOT_READY: Attempt = { verdict: 'void', findings: because('workload-not-ready'), measured: false };
const CANNOT_START: Attempt = {
  verdict: 'void',
  findings: because('workload-cannot-start'),
  measured: false,
};
const BLOCKED: Attempt = { verdict: 'void', findings: because('disruption-blocked'), measured: true };

/** Plays a plan with attempts that end as given, by `TRIAL.ATTEMPT`; all others pass. Returns those that were made. */
async function play(ends: Readonly<Record<string, Attempt>>, plan: Partial<PlanToRun> = {}) {
  const made: string[] = [];
  const attempt = (trial: PlannedTrial, number: number): Promise<Attempt> => {
    made.push(`${trial.number}.${number}`);
    return Promise.resolve(ends[`${trial.number}.${number}`] ?? PASS);
  };
  const error = await runPlan(
    { trials: TWO_BLOCKS, attempts: new Map(), done: new Set(), ...plan },
    { attempt, maxAttempts: 2 },
  ).catch((thrown: unknown) => thrown);
  return { made, error };
}

describe('a run through its plan', () => {
  it('repeats a trial that is void once, and goes on whatever becomes of it', async () => {
    const { made, error } = await play({ '2.1': VOID, '2.2': VOID, '3.1': NOT_READY });
    expect(made).toEqual(['1.1', '2.1', '2.2', '3.1', '3.2', '4.1']);
    expect(error).toBeUndefined();
  });

  it('does not repeat what a repetition cannot change', async () => {
    const { made } = await play({ '1.1': CANNOT_START, '3.1': BLOCKED });
    expect(made).toEqual(['1.1', '2.1', '3.1', '4.1']);
  });

  it('stops repeating when the repetition shows that it is of no use', async () => {
    const attempts = new Map([[1, 3]]);
    const { made } = await play({ '1.4': BLOCKED }, { attempts });
    expect(made).toEqual(['1.4', '2.1', '3.1', '4.1']);
  });

  it('goes on with numbers of its own after earlier attempts, and leaves out what is done', async () => {
    const { made } = await play({ '3.2': VOID }, { attempts: new Map([[3, 1]]), done: new Set([1, 2]) });
    expect(made).toEqual(['3.2', '3.3', '4.1']);
  });

  it('ends after a block of which not one trial could be measured, and says why of each', async () => {
    const ends = { '1.1': CANNOT_START, '2.1': NOT_READY, '2.2': NOT_READY };
    const { made, error } = await play(ends);
    expect(made).toEqual(['1.1', '2.1', '2.2']);
    expect(error).toMatchObject({
      code: 'nothing-measurable',
      message: '0 of 2 trials of block 1 could be measured, nor would those of the blocks that follow',
      found: 'workload-cannot-start. workload-not-ready.',
    });
  });

  it('does not end after a block in which all was measured, though all is void', async () => {
    const ends = { '1.1': VOID, '1.2': VOID, '2.1': VOID, '2.2': VOID };
    expect((await play(ends)).made).toContain('3.1');
  });

  it('does not end after a block that an earlier start had measured a trial of, nor after the last one', async () => {
    const ends = { '2.1': CANNOT_START, '3.1': CANNOT_START, '4.1': CANNOT_START };
    const { made, error } = await play(ends, { done: new Set([1]) });
    expect(made).toEqual(['2.1', '3.1', '4.1']);
    expect(error).toBeUndefined();
  });

  it('ends with what an attempt throws', async () => {
    const attempt = () => Promise.reject(new Error('the disk is full'));
    const plan = { trials: TWO_BLOCKS, attempts: new Map<number, number>(), done: new Set<number>() };
    await expect(runPlan(plan, { attempt, maxAttempts: 2 })).rejects.toThrow('the disk is full');
  });
});

describe('a run with several lanes', () => {
  /** Begins trials of one block, and ends those that are named. Tells which are under way. */
  function lanes({
    count = (): number => 2,
    alone = [] as number[],
    unready = new Set<number>(),
    trials = 5,
  } = {}) {
    const underWay = new Map<number, (end: Attempt | Error) => void>();
    const begun: number[] = [];
    const attempt = (trial: PlannedTrial): Promise<Attempt> =>
      new Promise((resolve, reject) => {
        begun.push(trial.number);
        underWay.set(trial.number, (end) => {
          underWay.delete(trial.number);
          if (end instanceof Error) reject(end);
          else resolve(end);
        });
      });
    const plan = {
      trials: Array.from({ length: trials }, (_, index) => planned(index + 1, 1)),
      attempts: new Map<number, number>(),
      done: new Set<number>(),
    };
    const isAlone = ({ number }: PlannedTrial) => alone.includes(number);
    const isReady = ({ number }: PlannedTrial) => !unready.has(number);
    const stagger = () => Promise.resolve();
    const over = runPlan(plan, { attempt, maxAttempts: 2, lanes: { count, isReady, isAlone, stagger } });
    over.catch(() => undefined);
    /** Whatever can begin has begun when this resolves. */
    const settled = () => new Promise(setImmediate);
    const end = async (number: number, how: Attempt | Error = PASS) => {
      underWay.get(number)?.(how);
      await settled();
    };
    return { over, end, settled, begun, going: () => [...underWay.keys()] };
  }

  it('begins trials in their order, each as soon as a lane is free', async () => {
    const { end, settled, going, over } = lanes();
    await settled();
    expect(going()).toEqual([1, 2]);
    await end(2);
    expect(going()).toEqual([1, 3]);
    await end(3);
    await end(1);
    expect(going()).toEqual([4, 5]);
    await end(4);
    await end(5);
    await over;
  });

  it('lets nothing go on beside what runs alone', async () => {
    const { end, settled, going } = lanes({ alone: [2] });
    await settled();
    expect(going()).toEqual([1]);
    await end(1);
    expect(going()).toEqual([2]);
    await end(2);
    expect(going()).toEqual([3, 4]);
  });

  it('begins what follows first where what a trial needs is in use, but not what comes after one that runs alone', async () => {
    const unready = new Set([2]);
    const { end, settled, going } = lanes({ unready, alone: [4] });
    await settled();
    expect(going()).toEqual([1, 3]);
    await end(1);
    expect(going()).toEqual([3]);
    unready.clear();
    await end(3);
    expect(going()).toEqual([2]);
    await end(2);
    expect(going()).toEqual([4]);
  });

  it('begins a trial whatever it needs when nothing else goes on', async () => {
    const { settled, going } = lanes({ unready: new Set([1, 2, 3, 4, 5]) });
    await settled();
    expect(going()).toEqual([1]);
  });

  it('begins no more than fit when their number shrinks', async () => {
    let count = 3;
    const { end, settled, going } = lanes({ count: () => count });
    await settled();
    expect(going()).toEqual([1, 2, 3]);
    count = 1;
    await end(1);
    await end(2);
    expect(going()).toEqual([3]);
    await end(3);
    expect(going()).toEqual([4]);
  });

  it('repeats a void trial in its lane', async () => {
    const { end, settled, begun, going } = lanes();
    await settled();
    await end(1, VOID);
    expect(going().toSorted()).toEqual([1, 2]);
    expect(begun).toEqual([1, 2, 1]);
  });

  it('lets the others come to their end when one ends the run, and begins nothing more', async () => {
    const { end, settled, going, begun, over } = lanes();
    await settled();
    await end(1, new Error('the disk is full'));
    expect(going()).toEqual([2]);
    await end(2);
    await expect(over).rejects.toThrow('the disk is full');
    expect(begun).toEqual([1, 2]);
  });
});
