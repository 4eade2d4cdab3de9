import { expect, test } from 'vitest';

import { LaneCount, type CpuTime, type LaneCountOptions } from '../../../src/run/lane-count.ts';
import type { Finding } from '../../../src/model/verdict.ts';

/** Lanes on a machine whose CPUs are as busy as the test says. */
function laneCount({ lanes, single = null }: Pick<LaneCountOptions, 'lanes'> & { single?: string | null }) {
  const steps: string[] = [];
  let nowMs = 0;
  let time: CpuTime = { totalMs: 0, idleMs: 0 };
  const count = new LaneCount({
    ...{ lanes, single },
    onStep: (message) => steps.push(message),
    nowMs: () => nowMs,
    cpuTime: () => time,
  });
  const after = (seconds: number, busy: number, findings: readonly Finding[] = [], tookS = 0) => {
    nowMs += seconds * 1000;
    const totalMs = seconds * 2000;
    time = { totalMs: time.totalMs + totalMs, idleMs: time.idleMs + totalMs * (1 - busy) };
    count.trialEnded(findings, nowMs - tookS * 1000);
    return count.count;
  };
  return { count, after, steps };
}

const STARVED: Finding = { code: 'generator-silent', severity: 'void', message: 'It slept.' };

test('auto takes one lane more while the CPUs have time left, and one less when they have none', () => {
  const { count, after, steps } = laneCount({ lanes: 'auto' });
  const first = count.count;
  expect(after(10, 0.4)).toBe(Math.min(8, first + 1));
  expect(after(10, 0.8)).toBe(Math.min(8, first + 1));
  expect(after(10, 0.97)).toBe(Math.max(1, Math.min(8, first + 1) - 1));
  expect(steps.at(-1)).toMatch(/instead of \d+: the CPUs were busy for 97 % of the time$/);
});

test('auto looks only once a change has shown what it does', () => {
  const { count, after } = laneCount({ lanes: 'auto' });
  const first = count.count;
  expect(after(3, 0.1)).toBe(first);
});

test('a number stays as it is, however busy the CPUs are', () => {
  const { after, steps } = laneCount({ lanes: 4 });
  expect([after(10, 0.1), after(10, 0.99)]).toEqual([4, 4]);
  expect(steps).toEqual([]);
});

test('any number shrinks when a trial is void for want of a CPU, down to one, and says why', () => {
  const { after, steps } = laneCount({ lanes: 2 });
  expect(after(1, 0.5, [STARVED])).toBe(1);
  expect(after(1, 0.5, [STARVED])).toBe(1);
  expect(steps).toEqual(['1 trial at a time instead of 2: It slept.']);
});

test('auto does not become as many again as starved a trial, however idle the CPUs are on average', () => {
  const { count, after } = laneCount({ lanes: 'auto' });
  const starving = count.count;
  const fewer = Math.max(1, starving - 1);
  expect(after(20, 0.5, [STARVED])).toBe(fewer);
  for (let looks = 0; looks < 5; looks++) expect(after(20, 0.2)).toBe(fewer);
});

test('trials that began before the last change say nothing of it: they were short of the same CPUs', () => {
  const { after } = laneCount({ lanes: 4 });
  expect(after(20, 1, [STARVED], 15)).toBe(3);
  expect(after(1, 1, [STARVED], 15)).toBe(3);
  expect(after(20, 1, [STARVED], 15)).toBe(2);
});

test('what cannot go on side by side has one lane, and says why', () => {
  const { count, after, steps } = laneCount({ lanes: 'auto', single: 'there is one agent on each node' });
  expect(count.count).toBe(1);
  expect(after(10, 0.1)).toBe(1);
  expect(steps).toEqual(['one trial at a time: there is one agent on each node']);
});
