import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../../../src/analyze/analyze-run.ts';
import { compareRuns } from '../../../../src/analyze/run/compare-runs.ts';
import type { CellResult, RunResult } from '../../../../src/analyze/run-result.ts';
import type { Standing } from '../../../../src/model/standing.ts';
import { comparisonText } from '../../../../src/report/comparison-text.ts';

let run: RunResult;
beforeAll(async () => {
  run = await analyzeRun(join(import.meta.dirname, '../../../fixtures/runs/synthetic-small'));
});

/** The run as if each of its cells had been tried so often and failed so often. */
function withScores(...scores: readonly (readonly [failingTrials: number, trials: number])[]): RunResult {
  const cells = run.cells.map((cell, index): CellResult => {
    const [failingTrials, trials] = scores[index] ?? [0, 20];
    return { ...cell, failingTrials, trials };
  });
  return { ...run, cells };
}

describe('two runs', () => {
  it('pass when no strategy can fail much more often: the bound of the rise is below the margin', () => {
    const { verdict, cells, margin } = compareRuns(withScores([10, 20]), withScores([11, 20]), 0.5);
    expect({ verdict, margin }).toEqual({ verdict: 'pass', margin: 0.5 });
    expect(cells.map(({ answer }) => answer)).toEqual(cells.map(() => 'not-worse'));
    expect(compareRuns(withScores([10, 20]), withScores([11, 20]))).toMatchObject({
      verdict: 'inconclusive',
      margin: 0.1,
    });
  });

  it('fail when a strategy fails more often in the second, and not when it fails less often', () => {
    const calm = withScores([0, 20]);
    const bad = withScores([20, 20]);
    expect(compareRuns(calm, bad)).toMatchObject({
      verdict: 'fail',
      cells: [{ answer: 'worse' }, {}, {}, {}],
    });
    expect(compareRuns(bad, calm, 0.5)).toMatchObject({
      verdict: 'pass',
      cells: [{ answer: 'better' }, {}, {}, {}],
    });
  });

  it('never call a strategy not worse that a test by itself finds worse, nor one that may well be', () => {
    const ten = (failing: number, of: number): RunResult => {
      const [cell] = withScores([failing, of]).cells;
      if (cell === undefined) throw new Error('a run has cells');
      const others = Array.from({ length: 9 }, (_, index) => {
        return { ...cell, strategy: `s${index}`, failingTrials: 0 };
      });
      return { ...run, cells: [cell, ...others] };
    };
    const answer = (before: number, after: number, of: number, margin?: number) =>
      compareRuns(ten(before, of), ten(after, of), margin).cells[0]?.answer;
    expect(answer(0, 8, 59)).toBe('too-few');
    expect(answer(0, 8, 59, 0.5)).toBe('too-few');
    expect(answer(0, 9, 59)).toBe('worse');
    expect(answer(0, 0, 59)).toBe('not-worse');
    expect(answer(0, 6, 200)).toBe('too-few');
    expect(answer(5, 7, 400)).toBe('not-worse');
  });

  const standing = (first: Standing, second: Standing): string | undefined => {
    const all = (value: Standing): RunResult => {
      const scored = withScores([0, 5], [0, 5], [0, 5], [0, 5]);
      return { ...scored, cells: scored.cells.map((cell) => ({ ...cell, standing: value })) };
    };
    return compareRuns(all(first), all(second)).verdict;
  };

  it.each<[Standing, Standing, string]>([
    ['holds', 'at-risk', 'fail'],
    ['holds', 'loses', 'fail'],
    ['holds', 'unknown', 'inconclusive'],
    ['unknown', 'at-risk', 'inconclusive'],
    ['at-risk', 'at-risk', 'inconclusive'],
    ['at-risk', 'holds', 'pass'],
    ['holds', 'holds', 'pass'],
  ])('of few trials that go from %s to %s are judged %s: margins need no many', (first, second, verdict) => {
    expect(standing(first, second)).toBe(verdict);
  });

  it('say of which strategy the margin is gone, where no test finds a difference', () => {
    const held = withScores([0, 5], [0, 5], [0, 5], [0, 5]);
    const withStanding = (value: Standing): RunResult => ({
      ...held,
      cells: held.cells.map((cell) => ({ ...cell, standing: value })),
    });
    const text = comparisonText(compareRuns(withStanding('holds'), withStanding('at-risk')));
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^FAIL {2}held in A and not in B: none \(fresh\), /);
  });

  it.each([
    [0, 2, 5],
    [0, 5, 10],
    [0, 4, 10],
  ])('are inconclusive with %i against %i of %i failing, which may be chance or not', (before, after, of) => {
    const comparison = compareRuns(withScores([before, of]), withScores([after, of]));
    expect(comparison.cells[0]?.answer).toBe('too-few');
    expect(comparison.verdict).toBe('inconclusive');
  });

  it('exclude a rise that is as large as the margin, no less', () => {
    const clean = withScores([0, 5], [0, 5], [0, 5], [0, 5]);
    expect(compareRuns(clean, clean, 0.5).verdict).toBe('pass');
    expect(compareRuns(clean, clean, 0.2).verdict).toBe('inconclusive');
    expect(compareRuns(clean, clean).verdict).toBe('inconclusive');
    const many = withScores([0, 29], [0, 29], [0, 29], [0, 29]);
    expect(compareRuns(many, many).verdict).toBe('pass');
  });

  it('are inconclusive when only one of them has a strategy', () => {
    const calm = withScores();
    expect(compareRuns(calm, { ...calm, cells: calm.cells.slice(1) }).verdict).toBe('inconclusive');
    expect(compareRuns({ ...calm, cells: calm.cells.slice(1) }, calm).verdict).toBe('inconclusive');
  });

  it('are inconclusive when even the clearest difference could not have been shown', () => {
    const few = withScores([0, 3], [0, 3], [0, 3], [0, 3]);
    expect(compareRuns(few, few).verdict).toBe('inconclusive');
  });

  it('pay for every question they ask: five against five trials tell a lone difference, but not one of four', () => {
    const lone = (failing: number): RunResult => ({
      ...run,
      cells: withScores([failing, 5]).cells.slice(0, 1),
    });
    expect(compareRuns(lone(0), lone(5)).cells[0]?.answer).toBe('worse');
    const four = (failing: number): RunResult => withScores([failing, 4], [0, 4], [0, 4], [0, 4]);
    expect(compareRuns(four(0), four(4)).cells[0]?.answer).toBe('too-few');
  });

  it('are void when one is, or when they have nothing in common', () => {
    expect(compareRuns({ ...run, verdict: 'void' }, run).verdict).toBe('void');
    const other = run.cells.map((cell) => ({ ...cell, load: `another ${cell.load}` }));
    const comparison = compareRuns(run, { ...run, cells: other });
    expect(comparison).toMatchObject({ verdict: 'void', cells: [] });
    expect(comparison.onlyInFirst).toHaveLength(4);
    expect(comparison.onlyInSecond).toHaveLength(4);
  });

  it('are shown side by side with the answer last', () => {
    const text = comparisonText(compareRuns(withScores([0, 20]), withScores([20, 20])));
    expect(text).toContain('B against A');
    expect(text).toMatch(
      /none +delete +fresh +0 of 20 .* 20 of 20 .* worse \(p < 0\.001, at most 100\.0 % more\)/,
    );
    expect(text.trimEnd().split('\n').at(-1)).toBe('FAIL  in B more trials fail with none (fresh)');
  });

  it('bring no escape sequence of a cluster to the terminal', () => {
    const { cluster } = run.manifest;
    if (cluster === null) throw new Error('the run has a cluster');
    const manifest = { ...run.manifest, cluster: { ...cluster, kubernetesVersion: 'v1\u001b[31m\u0007' } };
    const text = comparisonText(compareRuns({ ...run, manifest }, run));
    // eslint-disable-next-line no-control-regex -- an escape sequence begins with a control character
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
