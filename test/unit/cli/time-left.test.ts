import { expect, test } from 'vitest';

import { TimeLeft } from '../../../src/cli/time-left.ts';

const forecast = (trials: number, ms: number) =>
  new Map(Array.from({ length: trials }, (_, index) => [index + 1, ms] as const));

/** Plays trials one after the other, each of which takes this long. */
function play(left: TimeLeft, trials: number, tookMs: number, beganAtMs = 0): number {
  let nowMs = beganAtMs;
  for (let trial = 1; trial <= trials; trial++) {
    left.begin(trial, nowMs);
    nowMs += tookMs;
    left.finish(trial, nowMs);
  }
  return nowMs;
}

test('before the first trial the time left is what was forecast, however long the cluster took to come up', () => {
  const left = new TimeLeft(forecast(9, 13_000), new Set());
  expect(left.ms(0)).toBe(117_000);
  expect(left.ms(60_000)).toBe(117_000);
  const nowMs = play(left, 1, 13_000, 60_000);
  expect(left.ms(nowMs)).toBeCloseTo(104_000);
});

test('the time left shrinks while a trial goes on, and never below what the others take', () => {
  const left = new TimeLeft(forecast(3, 10_000), new Set());
  left.begin(1, 0);
  expect(left.ms(4_000)).toBe(26_000);
  expect(left.ms(90_000)).toBe(20_000);
});

test('the time left follows the trials that are over, without one of them upsetting it', () => {
  const left = new TimeLeft(forecast(20, 10_000), new Set());
  const nowMs = play(left, 1, 40_000);
  expect(left.ms(nowMs)).toBeLessThan(2 * 190_000 + 1);
  const later = new TimeLeft(forecast(20, 10_000), new Set());
  expect(later.ms(play(later, 10, 20_000))).toBeGreaterThan(180_000);
});

test('a trial that is repeated is not over, and what an earlier start has done is none of it', () => {
  const left = new TimeLeft(forecast(4, 10_000), new Set([1, 2]));
  expect(left.ms(0)).toBe(20_000);
  left.begin(3, 0);
  left.finish(3, 10_000);
  expect(left.ms(10_000)).toBe(10_000);
  left.begin(3, 10_000);
  expect(left.ms(10_000)).toBe(20_000);
});
