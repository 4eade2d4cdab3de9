import { describe, expect, it } from 'vitest';

import type { JudgedRun, SeededFailure } from '../../truth/judge-run.ts';
import { renderTruth } from '../../truth/render-truth.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';

const failure: SeededFailure = {
  proxyMode: 'nftables',
  fault: 'pod-gone',
  runPath: 'reports/truth/nftables/pod-gone/run',
  request: '1/fresh-7',
  seeded: 'pod-gone-still-routed',
  attributed: 'pod-gone-still-routed',
  confidence: 'certain',
  because: 'the address was gone',
};

const { manifest } = smallSyntheticRun();

function run(seeded: readonly SeededFailure[], changes: Partial<JudgedRun> = {}): JudgedRun {
  return {
    runPath: failure.runPath,
    manifest,
    proxyMode: 'nftables',
    fault: 'pod-gone',
    seeded,
    notCounted: new Map(),
    broken: [],
    resetLagsMs: [0.2],
    kernelUncertaintyMs: 0.001,
    ...changes,
  };
}

const many = (count: number, changes: Partial<SeededFailure> = {}) =>
  Array.from({ length: count }, () => ({ ...failure, ...changes }));
const WRONG = { attributed: 'overload' } as const;

describe('the page of the truth tests', () => {
  it('passes with 99 % of 2,000 and not below', () => {
    expect(renderTruth([run([...many(1980), ...many(20, WRONG)])]).passed).toBe(true);
    expect(renderTruth([run([...many(1979), ...many(21, WRONG)])]).passed).toBe(false);
    expect(renderTruth([run(many(1999))]).passed).toBe(false);
    expect(renderTruth([]).passed).toBe(false);
  });

  it('does not let many causes hide a wrong one, nor one fault another', () => {
    const rare = (count: number, changes: Partial<SeededFailure> = {}) =>
      many(count, { seeded: 'overload', attributed: 'overload', ...changes });
    const why = (...runs: readonly JudgedRun[]) => renderTruth([run(many(5000)), ...runs]);
    const queue = { fault: 'full-queue' };
    expect(why(run(rare(198), queue)).passed).toBe(true);
    const hidden = why(run([...rare(195), ...rare(3, { attributed: 'client' })], queue));
    expect(hidden.passed).toBe(false);
    expect(hidden.markdown).toContain('- overload: 195 of 198 agree, not 99 %');
    expect(why(run(rare(99), queue)).markdown).toContain('- overload: 99 seeded failures, not 100');
    expect(why(run(rare(150), queue), run(rare(49), { fault: 'slow-survivors' })).markdown).toContain(
      '- nftables slow-survivors: 49 seeded failures, not 50',
    );
  });

  it('does not pass when anything failed though nothing was done', () => {
    const calm = (seeded: readonly SeededFailure[], notCounted = new Map<string, number>()) =>
      renderTruth([run(many(2000)), run(seeded, { fault: 'calm', notCounted })]).passed;
    expect(calm([])).toBe(true);
    expect(calm(many(1, { seeded: 'none' }))).toBe(false);
    expect(calm([], new Map([['too early', 1]]))).toBe(false);
  });

  it('does not pass without the other measures', () => {
    const passes = (changes: Partial<JudgedRun>, seeded = many(2000)) =>
      renderTruth([run(seeded, changes)]).passed;
    const lags = (close: number, others: readonly (number | null)[]) => [
      ...Array<number>(close).fill(1),
      ...others,
    ];
    expect(passes({ resetLagsMs: lags(99, [null]) })).toBe(true);
    expect(passes({ resetLagsMs: lags(98, [null, 5.1]) })).toBe(false);
    expect(passes({ resetLagsMs: [] })).toBe(false);
    expect(passes({ kernelUncertaintyMs: 1.1 })).toBe(false);
    const unnamed = [...many(1980), ...many(20, { attributed: 'unexplained' })];
    expect(passes({}, unnamed)).toBe(true);
  });

  it('does not pass when a run was broken, and says why', () => {
    const { passed, markdown } = renderTruth([run(many(2000), { broken: ['ledger-cut: gone'] })]);
    expect(passed).toBe(false);
    expect(markdown).toContain('nftables pod-gone: ledger-cut: gone');
  });

  it('names every disagreement as explain wants it', () => {
    const { markdown } = renderTruth([run([...many(3), ...many(1, WRONG)])]);
    expect(markdown).toContain('bin/drainbench explain reports/truth/nftables/pod-gone/run 1/fresh-7');
    expect(markdown).toContain('75.0 % (3 of 4)');
  });

  it('says what it did not count, and does not hide a RST that the kernel did not see', () => {
    const { markdown } = renderTruth([
      run(many(1), { notCounted: new Map([['too early', 4]]), resetLagsMs: [0.2, null] }),
    ]);
    expect(markdown).toContain('| nftables | pod-gone | 4 | too early |');
    expect(markdown).toContain(
      'Of 2 failures that a Pod’s RST made, the kernel saw the RST of 1; 1 (50.0 %)',
    );
  });

  it('writes the matrix as a table with a version', () => {
    const { csv } = renderTruth([run([...many(2), ...many(1, WRONG)])]);
    expect(csv).toBe(
      [
        'schemaVersion,proxyMode,seeded,attributed,requests,certain,likely,weak',
        '1,nftables,pod-gone-still-routed,overload,1,1,0,0',
        '1,nftables,pod-gone-still-routed,pod-gone-still-routed,2,2,0,0',
        '',
      ].join('\n'),
    );
  });
});
