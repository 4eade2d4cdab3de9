import { describe, expect, it } from 'vitest';

import { calm } from '../../truth/faults/calm.ts';
import type { JudgedRun, SeededFailure } from '../../truth/judge-run.ts';
import { PROXY_MODES } from '../../truth/play.ts';
import { programme } from '../../truth/programme.ts';
import { truthShortfalls } from '../../truth/truth-shortfalls.ts';
import { renderTruth } from '../../truth/render-truth.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';

const failure: SeededFailure = {
  proxyMode: 'nftables',
  fault: 'pod-gone',
  distractors: [],
  runPath: 'reports/truth/nftables/pod-gone/run',
  request: '1/fresh-7',
  seeded: 'pod-gone-still-routed',
  attributed: 'pod-gone-still-routed',
  confidence: 'certain',
  candidates: [],
  because: 'the address was gone',
};

const { manifest } = smallSyntheticRun();

function run(seeded: readonly SeededFailure[], changes: Partial<JudgedRun> = {}): JudgedRun {
  return {
    runPath: failure.runPath,
    manifest,
    proxyMode: 'nftables',
    fault: 'pod-gone',
    distractions: new Map(),
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
const WRONG = { attributed: 'overload', confidence: 'likely' } as const;

const OF_RUN = 180;
const causes = ['pod-gone-still-routed', 'overload'] as const;

/** What a whole run of the programme gives when all goes well. */
function wholeRuns(): JudgedRun[] {
  const plays = programme({ proxyModes: PROXY_MODES, faults: null, distractors: null, casts: null });
  return plays.map(({ proxyMode, fault, distractors }, index) => {
    const cause = causes[index % causes.length] ?? 'overload';
    const names = distractors.map(({ name }) => name);
    const own = { proxyMode, fault: fault.name, distractors: names, seeded: cause, attributed: cause };
    return run(fault === calm ? [] : many(OF_RUN, own), {
      proxyMode,
      fault: fault.name,
      distractions: new Map(distractors.map(({ name }) => [name, 50])),
    });
  });
}

/** The whole run with one run of it changed: the first of that fault, alone or among distractors. */
function wholeWith(
  fault: string,
  change: (run: JudgedRun) => Partial<JudgedRun>,
  distracted = false,
): readonly JudgedRun[] {
  const runs = wholeRuns();
  const index = runs.findIndex((each) => each.fault === fault && each.distractions.size > 0 === distracted);
  const chosen = runs[index];
  if (chosen === undefined) throw new Error(`no run of ${fault}`);
  return runs.with(index, { ...chosen, ...change(chosen) });
}

/** Makes the first so many of a run's answers others. */
const spoil = (count: number, changes: Partial<SeededFailure>) => (whole: JudgedRun) => ({
  seeded: whole.seeded.map((each, index) => (index < count ? { ...each, ...changes } : each)),
});

describe('the page of the truth tests', () => {
  it('passes when all was played and all is right', () => {
    expect(renderTruth(wholeRuns()).markdown).not.toContain('## Not as wanted');
    expect(renderTruth(wholeRuns()).passed).toBe(true);
    expect(renderTruth([]).passed).toBe(false);
  });

  it('does not pass with a single cause that is called certain and wrong', () => {
    const one = wholeWith('pod-gone', spoil(1, { attributed: 'client', confidence: 'certain' }));
    expect(renderTruth(one).passed).toBe(false);
    expect(truthShortfalls(one).join()).toMatch(/^certain: 1 of \d+ are wrong, not none$/);
    expect(truthShortfalls(wholeWith('pod-gone', spoil(1, WRONG)))).toEqual([]);
  });

  it('asks of likely and of weak causes what each confidence promises', () => {
    const all = wholeWith('pod-gone', (whole) => ({
      seeded: [
        ...whole.seeded,
        ...many(17, { confidence: 'likely' }),
        ...many(3, { confidence: 'likely', attributed: 'client' }),
        ...many(5, { confidence: 'weak' }),
        ...many(4, { confidence: 'weak', attributed: 'client' }),
      ],
    }));
    expect(truthShortfalls(all)).toEqual([
      'likely: 3 of 20 are wrong, not at most 10 %',
      'weak: 4 of 9 are wrong, not at most 40 %',
    ]);
  });

  it('holds agreement with distractors against the goal by itself', () => {
    const runs = wholeRuns().map((each) =>
      each.distractions.size > 0 ? { ...each, ...spoil(3, WRONG)(each) } : each,
    );
    const told = truthShortfalls(runs).filter((line) => line.includes('agree'));
    expect(told.length).toBeGreaterThan(0);
    expect(told.every((line) => line.includes('with distractors'))).toBe(true);
  });

  it('does not let one fault hide behind the others', () => {
    const few = wholeWith('slow-survivors', ({ seeded }) => ({ seeded: seeded.slice(0, 49) }));
    expect(truthShortfalls(few)).toEqual(['nftables slow-survivors: 49 seeded failures, not 50']);
    const none = wholeRuns().map((each) => ({ ...each, seeded: each.seeded.slice(0, 50) }));
    expect(truthShortfalls(none)).toContainEqual(
      expect.stringMatching(/^all causes with distractors: \d+ seeded failures, not 10000$/),
    );
  });

  it('does not let one distractor hide behind the others', () => {
    const absent = wholeWith(
      'draining-503',
      ({ distractions }) => ({ distractions: new Map([...distractions, ['exec-probe', 2]]) }),
      true,
    );
    expect(truthShortfalls(absent).join()).toMatch(
      /draining-503 with .*: exec-probe happened 2 times, not 3$/,
    );
    const without = wholeRuns().filter(
      ({ fault, distractions }) => fault !== 'draining-503' || !distractions.has('uploads'),
    );
    expect(truthShortfalls(without).join()).toContain('draining-503 with uploads');
  });

  it('says which play could not be given, and does not pass', () => {
    expect(truthShortfalls(wholeRuns(), ['nftables calm (plain): no Pod'])).toEqual([
      'not played: nftables calm (plain): no Pod',
    ]);
  });

  it('does not pass when anything failed though nothing was done', () => {
    const calmly = (
      seeded: readonly SeededFailure[],
      notCounted = new Map<string, number>(),
      distracted = false,
    ) => truthShortfalls(wholeWith('calm', () => ({ seeded, notCounted }), distracted)).length === 0;
    expect(calmly([])).toBe(true);
    expect(calmly(many(1, { seeded: 'none' }))).toBe(false);
    expect(calmly([], new Map([['too early', 1]]))).toBe(false);
    expect(calmly([], new Map([['dropped-syns: a SYN of it was dropped', 1]]), true)).toBe(true);
    expect(calmly(many(1, { seeded: 'none' }), new Map(), true)).toBe(false);
  });

  it('does not pass without the other measures', () => {
    const passes = (resetLagsMs: readonly (number | null)[], kernelUncertaintyMs = 0.001) =>
      truthShortfalls(wholeRuns().map((each) => ({ ...each, resetLagsMs, kernelUncertaintyMs }))).length ===
      0;
    const lags = (close: number, others: readonly (number | null)[]) => [
      ...Array<number>(close).fill(1),
      ...others,
    ];
    expect(passes(lags(99, [null]))).toBe(true);
    expect(passes(lags(98, [null, 25.1]))).toBe(false);
    expect(passes([])).toBe(false);
    expect(passes([1], 1.1)).toBe(false);
  });

  it('does not pass when too much is left without a cause, but for what has none', () => {
    const unnamed = { attributed: 'unexplained', confidence: 'weak' } as const;
    const most = (seeded: SeededFailure['seeded']) =>
      wholeRuns().map((each, index) =>
        index % 2 === 0 ? { ...each, ...spoil(12, { ...unnamed, seeded })(each) } : each,
      );
    expect(truthShortfalls(most('overload')).join()).toMatch(
      /failures with distractors are unexplained or ambiguous/,
    );
    expect(truthShortfalls(most('app-error')).join()).not.toMatch(/unexplained or ambiguous/);
  });

  it('does not pass when a run was broken, and says why', () => {
    const broken = wholeWith('pod-gone', () => ({ broken: ['ledger-cut: gone'] }));
    expect(truthShortfalls(broken)).toEqual(['nftables pod-gone: ledger-cut: gone']);
  });

  it('names every disagreement as explain wants it', () => {
    const { markdown } = renderTruth([run([...many(3), ...many(1, WRONG)])]);
    expect(markdown).toContain('bin/drainbench explain reports/truth/nftables/pod-gone/run 1/fresh-7');
    expect(markdown).toContain('pod-gone: pod-gone-still-routed taken for overload, likely: 1');
    expect(markdown).toContain('75.0 % (3 of 4)');
  });

  it('tells of disagreements the surest first, some of each kind, and all of them in a table', () => {
    const { markdown, disagreements } = renderTruth([
      run([...many(9, WRONG), ...many(1, { attributed: 'client', distractors: ['uploads'] })]),
    ]);
    const kinds = [...markdown.matchAll(/^- (.* taken for .*)$/gm)].map(([, kind]) => kind);
    expect(kinds).toEqual([
      'pod-gone with uploads: pod-gone-still-routed taken for client, certain: 1',
      'pod-gone: pod-gone-still-routed taken for overload, likely: 9',
    ]);
    expect(markdown).toContain('and 6 more, see disagreements.csv');
    expect(disagreements.trim().split('\n')).toHaveLength(11);
  });

  it('says what it did not count, and does not hide a RST that the kernel did not see', () => {
    const { markdown } = renderTruth([
      run(many(1), { notCounted: new Map([['too early', 4]]), resetLagsMs: [0.2, null] }),
    ]);
    expect(markdown).toContain('| pod-gone | 4 | too early |');
    expect(markdown).toContain(
      'Of 2 failures that a Pod’s RST made, the kernel saw the RST of 1; 1 (50.0 %)',
    );
  });

  it('writes the matrix as a table with a version', () => {
    const { csv } = renderTruth([run([...many(2), ...many(1, WRONG)])]);
    expect(csv).toBe(
      [
        'schemaVersion,proxyMode,seeded,attributed,requests,certain,likely,weak',
        '1,nftables,pod-gone-still-routed,overload,1,0,1,0',
        '1,nftables,pod-gone-still-routed,pod-gone-still-routed,2,2,0,0',
        '',
      ].join('\n'),
    );
  });
});
