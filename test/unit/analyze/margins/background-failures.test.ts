import { describe, expect, it } from 'vitest';

import { backgroundFailures, isLikeBackground } from '../../../../src/analyze/margins/background-failures.ts';
import type { AnalyzedTrial, FailedRequest } from '../../../../src/analyze/run-result.ts';
import type { Cause } from '../../../../src/model/attribution.ts';
import { failed } from '../build-history.ts';
import { buildTrial } from './build-trial.ts';

const failure = (cause: Cause): FailedRequest => ({
  ...failed(1, 1100),
  ...{ retriedBy: null, recovered: false, executed: null },
  attribution: {
    ...{ cause, confidence: 'likely', because: '', candidates: [], missing: [], evidence: [] },
    ...{ pod: null, podUid: null, podNode: null, podProof: null, sentByNode: null },
  },
});

/** `n` trials, of which as many fail as causes are given, each by one of them; `held-up`: the service held up the load. */
async function trials(
  n: number,
  ...causes: readonly (Cause | 'held-up')[]
): Promise<readonly AnalyzedTrial[]> {
  const all = Array.from({ length: n }, (_, index) => {
    const cause = causes[index];
    const failures = cause === undefined || cause === 'held-up' ? [] : [failure(cause)];
    return buildTrial({
      loads: [{ failing: cause !== undefined, failed: failures.length, failedAfterRetry: failures.length }],
      failures,
    });
  });
  return await Promise.all(all);
}

describe('failures that the negative controls show as well', () => {
  it('are not held against a strategy with as few of them', async () => {
    const background = backgroundFailures('fresh', await trials(59, 'overload'));
    expect(isLikeBackground('fresh', await trials(59, 'overload', 'overload'), background)).toBe(true);
  });

  it('are held against a strategy where they have another cause, in one trial at least', async () => {
    const background = backgroundFailures('fresh', await trials(59, 'overload', 'unexplained'));
    const own = await trials(59, 'overload', 'keepalive-race');
    expect(isLikeBackground('fresh', own, background)).toBe(false);
  });

  it('are held against a strategy where they are more than chance explains', async () => {
    const background = backgroundFailures('fresh', await trials(20, 'overload'));
    const many = Array.from({ length: 10 }, () => 'overload' as const);
    expect(isLikeBackground('fresh', await trials(20, ...many), background)).toBe(false);
  });

  it('are held against a strategy where the controls show none', async () => {
    const background = backgroundFailures('fresh', await trials(59));
    expect(isLikeBackground('fresh', await trials(59, 'overload'), background)).toBe(false);
    expect(background).toMatchObject({ trials: 59, failingTrials: 0, withoutFailure: false });
  });

  it('are only hold-ups where the controls were held up too', async () => {
    const own = await trials(59, 'held-up');
    expect(isLikeBackground('fresh', own, backgroundFailures('fresh', await trials(59, 'overload')))).toBe(
      false,
    );
    expect(isLikeBackground('fresh', own, backgroundFailures('fresh', await trials(59, 'held-up')))).toBe(
      true,
    );
  });
});
