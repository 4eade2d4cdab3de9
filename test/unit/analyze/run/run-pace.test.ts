import { describe, expect, it } from 'vitest';

import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import { runPace } from '../../../../src/analyze/run/run-pace.ts';
import { describePace } from '../../../../src/report/describe-pace.ts';

const SECOND = 1e9;
interface Changes {
  readonly type?: string;
  readonly verdict?: AnalyzedTrial['verdict'];
  readonly counted?: boolean;
}

/** A trial from one second of the run to another, as far as its pace is concerned. */
function trial(fromS: number, toS: number, changes: Changes = {}): AnalyzedTrial {
  const { type = 'delete', verdict = 'pass', counted = true } = changes;
  const phases = [
    { phase: 'deploy', atNs: fromS * SECOND },
    { phase: 'done', atNs: toS * SECOND },
  ];
  const disruptionNs = (fromS + 1) * SECOND;
  return {
    trial: { disruption: { type } },
    verdict,
    counted,
    disruptionNs,
    phases,
  } as unknown as AnalyzedTrial;
}

describe('the pace of a run', () => {
  it('counts disruptions that show something over the time that it took, whatever went on side by side', () => {
    const trials = [
      trial(0, 20),
      trial(5, 25),
      trial(25, 40, { type: 'none' }),
      trial(40, 60, { verdict: 'void', counted: false }),
      trial(61, 90),
    ];
    expect(runPace(trials)).toMatchObject({ disruptions: 3, measuringNs: 90 * SECOND, perMinute: 2 });
    expect(describePace({ trials })).toBe('3 disruptions, 2.0 a minute; 1 of 5 attempts void');
  });

  it('leaves out the time in which the run was interrupted', () => {
    expect(runPace([trial(0, 30), trial(1000, 1030)])).toMatchObject({ measuringNs: 60 * SECOND });
  });

  it('is nothing where nothing was disrupted', () => {
    expect(runPace([trial(0, 30, { type: 'none' })])).toBeNull();
    expect(describePace({ trials: [] })).toBe('');
  });
});
