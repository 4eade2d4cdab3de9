import { describe, expect, it } from 'vitest';

import { calibration, type Answer } from '../../truth/calibration.ts';

const answer = (changes: Partial<Answer> = {}): Answer => ({
  seeded: 'overload',
  attributed: 'overload',
  confidence: 'certain',
  candidates: [],
  ...changes,
});
const row = (answers: readonly Answer[], said: string) =>
  calibration(answers).find((each) => each.said === said);

describe('the calibration', () => {
  it('counts the answers of each confidence by themselves', () => {
    const answers = [
      answer(),
      answer({ attributed: 'client', confidence: 'likely' }),
      answer({ confidence: 'likely' }),
      answer({ confidence: 'weak' }),
    ];
    expect(row(answers, 'certain')).toMatchObject({ total: 1, right: 1, share: 1, wanted: 1 });
    expect(row(answers, 'likely')).toMatchObject({ total: 2, right: 1, share: 0.5, wanted: 0.9 });
    expect(row(answers, 'weak')).toMatchObject({ total: 1, right: 1, wanted: 0.6 });
    expect(row([], 'weak')).toMatchObject({ total: 0, share: NaN });
  });

  it('does not take the confidence of an answer without a cause for that of a cause', () => {
    const answers = [
      answer({ attributed: 'unexplained', confidence: 'weak' }),
      answer({ attributed: 'ambiguous', confidence: 'weak', candidates: ['client', 'overload'] }),
      answer({ attributed: 'ambiguous', confidence: 'weak', candidates: ['client', 'no-endpoints'] }),
    ];
    expect(row(answers, 'weak')).toMatchObject({ total: 0 });
    expect(row(answers, 'unexplained')).toMatchObject({ total: 1, right: 0 });
    expect(row(answers, 'ambiguous')).toMatchObject({ total: 2, right: 1 });
  });

  it('holds every named cause for wrong where no cause of the tool is for what happened', () => {
    const outside = { seeded: 'reset-in-between', confidence: 'weak' } as const;
    expect(row([answer({ ...outside, attributed: 'killed-in-flight' })], 'weak')).toMatchObject({ right: 0 });
    expect(row([answer({ ...outside, attributed: 'unexplained' })], 'unexplained')).toMatchObject({
      right: 1,
    });
    expect(
      row([answer({ ...outside, attributed: 'ambiguous', candidates: ['client', 'overload'] })], 'ambiguous'),
    ).toMatchObject({ right: 1 });
  });

  it('says certain of nothing that is wrong: one error is one too many', () => {
    const answers = [...Array<Answer>(9999).fill(answer()), answer({ attributed: 'client' })];
    const certain = row(answers, 'certain');
    expect((certain?.share ?? 1) < (certain?.wanted ?? 0)).toBe(true);
  });
});
