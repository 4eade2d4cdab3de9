import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { judgeStanding, type StandingInput } from '../../../../src/analyze/margins/judge-standing.ts';
import { VERDICT_OF, type CellHazard, type Standing } from '../../../../src/model/standing.ts';
import type { Verdict } from '../../../../src/model/verdict.ts';

const hazard = (state: CellHazard['state']): CellHazard => ({
  hazard: 'still-routed',
  state,
  there: 0,
  none: 0,
  unknown: 0,
  worst: null,
  count: 0,
  trial: null,
  detail: '',
});
const standing = (changes: Partial<StandingInput>): Standing =>
  judgeStanding({
    trials: 5,
    failingTrials: 0,
    voidTrials: 0,
    likeBackground: false,
    hazards: [hazard('none'), hazard('none')],
    gates: [],
    maxFailingTrials: 0.1,
    ...changes,
  });
const [NONE, THERE, UNKNOWN] = [hazard('none'), hazard('there'), hazard('unknown')];

describe('a strategy with one load', () => {
  it.each<[string, Partial<StandingInput>, Standing, Verdict]>([
    ['holds with no failure and no hazard, however few the trials', { trials: 1 }, 'holds', 'pass'],
    ['loses with one failing trial of many', { trials: 299, failingTrials: 1 }, 'loses', 'fail'],
    ['is at risk with a hazard and no failure', { trials: 299, hazards: [NONE, THERE] }, 'at-risk', 'fail'],
    ['is at risk where another hazard is not known', { hazards: [UNKNOWN, THERE] }, 'at-risk', 'fail'],
    ['is unknown where one hazard is', { trials: 28, hazards: [NONE, UNKNOWN] }, 'unknown', 'inconclusive'],
    ['is bounded where enough trials show it', { trials: 29, hazards: [NONE, UNKNOWN] }, 'bounded', 'pass'],
    ['is unknown where nothing was asked', { hazards: [] }, 'unknown', 'inconclusive'],
    ['is void without a valid trial', { trials: 0 }, 'void', 'void'],
    ['is void with more than a fifth of its trials void', { trials: 4, voidTrials: 2 }, 'void', 'void'],
    ['drops a fifth that is void', { trials: 4, voidTrials: 1 }, 'holds', 'pass'],
    [
      'is not held to lose what the controls lose as well, nor to hold',
      { trials: 59, failingTrials: 1, likeBackground: true },
      'bounded',
      'pass',
    ],
    [
      'is at risk by a hazard also where only the controls’ failures were seen',
      { failingTrials: 1, likeBackground: true, hazards: [THERE] },
      'at-risk',
      'fail',
    ],
    ['misses a target that it is worse than', { gates: [{ verdict: 'fail' }] }, 'misses', 'fail'],
    [
      'is unknown where nobody saw whether it meets a target',
      { trials: 299, gates: [{ verdict: 'pass' }, { verdict: 'inconclusive' }] },
      'unknown',
      'inconclusive',
    ],
    [
      'is at risk rather than worse than a target',
      { hazards: [THERE], gates: [{ verdict: 'fail' }] },
      'at-risk',
      'fail',
    ],
  ])('%s', (_, changes, expected, verdict) => {
    expect(standing(changes)).toBe(expected);
    expect(VERDICT_OF[expected]).toBe(verdict);
  });

  it('never stands better for one more failing trial, or one more hazard that was there or not seen', () => {
    const rank: Record<Standing, number> = {
      ...{ holds: 0, bounded: 1, unknown: 2, misses: 3, 'at-risk': 4, loses: 5, void: 6 },
    };
    const states = fc.array(fc.constantFrom<CellHazard['state']>('none', 'unknown', 'there'), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.nat(99),
        states,
        fc.boolean(),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (trials, failingTrials, given, likeBackground, maxFailingTrials) => {
          fc.pre(failingTrials < trials);
          const hazards = given.map(hazard);
          const input = { trials, failingTrials, likeBackground, hazards, maxFailingTrials };
          const now = rank[standing(input)];
          const failed = rank[standing({ ...input, failingTrials: failingTrials + 1 })];
          const more = rank[standing({ ...input, hazards: [...hazards, THERE] })];
          const unseen = rank[standing({ ...input, hazards: [...hazards, UNKNOWN] })];
          return now <= failed && now <= more && now <= unseen;
        },
      ),
    );
  });
});
