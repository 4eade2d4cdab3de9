import { describe, expect, it } from 'vitest';
import { delayNeed } from '../../../../src/analyze/margins/delay-need.ts';
import { strategyDelayMs } from '../../../../src/analyze/margins/strategy-delay.ts';
import { coveredShare } from '../../../../src/analyze/statistics/quantile.ts';
import { trialsForBound } from '../../../../src/analyze/statistics/clopper-pearson.ts';
import type { DelayNeed } from '../../../../src/model/delay-need.ts';
import { strategySchema } from '../../../../src/model/scenario.ts';
import { buildTrial, step, type TrialFacts } from './build-trial.ts';

const NODES = ['node1', 'node2'];
const SLEEP_2 = { name: 'sleep-2', preStop: { sleepSeconds: 2 } };

const needOf = async (...facts: readonly TrialFacts[]): Promise<DelayNeed> =>
  delayNeed('delete', await Promise.all(facts.map(buildTrial)), NODES);

describe('how much delay a deletion needs', () => {
  it('is what the slowest node of the slowest trial took, less what the Pod listens for without any delay', async () => {
    const need = await needOf(
      { number: 1, droppedMs: { node1: 80, node2: 1280 }, closedMs: 30 },
      { number: 2, droppedMs: { node1: 1100, node2: 90 }, closedMs: 2040, strategy: SLEEP_2 },
      { number: 3, droppedMs: { node1: 70, node2: 90 }, closedMs: 60 },
    );
    expect(need.trials.map(({ trial, ms, node }) => [trial, ms, node])).toEqual([
      [1, 1280, 'node2'],
      [2, 1100, 'node1'],
      [3, 90, 'node2'],
    ]);
    expect(need).toMatchObject({ unknown: 0, neverDropped: 0, medianMs: 1100, closesAfterMs: 28 });
    expect(need.neededMs).toBe(1280 + 2 - 28);
    expect(need.coveredShare).toBeCloseTo(0.05 ** (1 / 3), 10);
  });

  it('counts trials in which a node was not watched, and does not take them for quick ones', async () => {
    const need = await needOf({ droppedMs: { node1: 80, node2: 'blind' } }, { droppedMs: { node1: 80 } }, {});
    expect(need).toMatchObject({ unknown: 2 });
    expect(need.trials).toHaveLength(1);
    expect(need.coveredShare).toBeCloseTo(0.05, 10);
  });

  it('cannot be told where a node never dropped a Pod: no delay that was seen would have been enough', async () => {
    const need = await needOf({ droppedMs: { node1: 80, node2: null } }, {});
    expect(need).toMatchObject({ neverDropped: 1, neededMs: null });
  });

  it('keeps trials apart whose Pod was out of use before its delete', async () => {
    const milestones = [
      step('slice-not-ready', -300),
      step('delete-received', 0),
      step('listener-closed', 500),
    ];
    expect(await needOf({ milestones }, {})).toMatchObject({ actedBefore: 1, trials: [{ ms: 90 }] });
  });

  it('is not known without a delete that anybody saw, and is counted from the one that was accepted', async () => {
    expect(await needOf({ milestones: [step('listener-closed', 500)] })).toMatchObject({
      trials: [],
      unknown: 1,
      neededMs: null,
      coveredShare: null,
    });
    const refused = [
      step('delete-requested', -900),
      step('delete-refused', -890),
      step('delete-accepted', 4),
    ];
    expect((await needOf({ milestones: refused })).trials).toMatchObject([{ ms: 86 }]);
  });

  it('is not known where no trial shows for how long a Pod listens without a delay', async () => {
    const httpGet = { name: 'hook', preStop: { httpGet: { path: '/prestop' } } };
    expect(await needOf({ strategy: httpGet })).toMatchObject({ closesAfterMs: null, neededMs: null });
    expect(await needOf({ closedMs: null })).toMatchObject({ closesAfterMs: null, neededMs: null });
  });

  it('is never below zero', async () => {
    expect((await needOf({ closedMs: 5000 })).neededMs).toBe(0);
  });
});

describe('the share of deletions that the slowest of n covers at 95 %', () => {
  it.each([
    [35, 0.918],
    [59, 0.95],
    [299, 0.99],
  ])('for n = %i is %d', (n, share) => {
    expect(coveredShare(n)).toBeCloseTo(share, 3);
  });

  it('is 0 for no trial, and agrees with how many trials a share needs', () => {
    expect(coveredShare(0)).toBe(0);
    for (const share of [0.5, 0.9, 0.95, 0.99]) {
      const n = trialsForBound(1 - share);
      expect(coveredShare(n)).toBeGreaterThanOrEqual(share);
      expect(coveredShare(n - 1)).toBeLessThan(share);
    }
  });
});

describe('the delay of a strategy', () => {
  it.each([
    [{}, 0],
    [{ preStop: { sleepSeconds: 5 } }, 5000],
    [{ preStop: { exec: ['sleep', '5'] } }, 5000],
    [{ preStop: { exec: ['sh', '-c', 'nginx -s quit; sleep 3'] } }, 3000],
    [{ preStop: { exec: ['/bin/true'] } }, null],
    [{ preStop: { exec: ['sleep', 'infinity'] } }, null],
    [{ preStop: { httpGet: { path: '/x' } } }, null],
    [{ preStop: { sleepSeconds: 2 }, shutdown: { mode: 'drain', drainSeconds: 5 } }, 7000],
    [{ shutdown: { mode: 'ignore' } }, null],
    [{ preStop: { sleepSeconds: 60 }, terminationGracePeriodSeconds: 10 }, 10_000],
  ])('with the settings %j is %s ms', (settings, delayMs) => {
    expect(strategyDelayMs(strategySchema.parse({ name: 's', ...settings }))).toBe(delayMs);
  });
});
