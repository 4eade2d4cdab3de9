import { describe, expect, it } from 'vitest';

import { chanceBeyond, FIGURES, ownThreshold } from '../../../src/trend/figures.ts';
import { gateHistory } from '../../../src/trend/gate-history.ts';
import { gateText } from '../../../src/trend/history-text.ts';
import { seriesOf } from '../../../src/trend/series.ts';
import { nights, pastCell, pastRun } from './past-runs.ts';

const [MARGIN, SHUTDOWN] = FIGURES;

function gate(runs: ReturnType<typeof nights>, failOn: 'change' | 'threshold' = 'change') {
  const run = runs.at(-1);
  if (run === undefined) throw new Error('a gate needs a run');
  return gateHistory(runs, run, failOn);
}

describe('a threshold of one’s own', () => {
  const of = (margins: readonly number[]) =>
    seriesOf(margins.map((ms, night) => pastRun(night, [ms])))[0] ?? { points: [] };

  it('is never made of fewer than ten runs, and says of how many', () => {
    expect(ownThreshold(of([1, 2, 3, 4, 5, 6, 7, 8, 9]), MARGIN)).toBeNull();
    expect(ownThreshold(of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), MARGIN)).toMatchObject({ runs: 10 });
  });

  it('is what 95 of 100 runs are no worse than: the small end of a margin, the large one of a time', () => {
    const series = of(Array.from({ length: 100 }, (_, index) => 1000 - index));
    // The worst trial of each run is 50 ms below its median, and its shutdown a tenth of that beyond 2 s.
    expect(ownThreshold(series, MARGIN)).toMatchObject({ ms: 906 - 50, runs: 100 });
    expect(ownThreshold(series, SHUTDOWN)).toMatchObject({ ms: 2000 + 99.5, runs: 100 });
  });

  it('does not count runs that did not show the figure', () => {
    const runs = Array.from({ length: 12 }, (_, night) =>
      pastRun(night, [], { cells: [pastCell('fresh', 800, night < 3 ? { marginMs: null } : {})] }),
    );
    const [series] = seriesOf(runs);
    expect(series && ownThreshold(series, MARGIN)).toBeNull();
    expect(series && ownThreshold(series, SHUTDOWN)).toMatchObject({ runs: 12 });
  });

  it('is passed by the next run by chance as often as it says: simulated', () => {
    for (const runs of [10, 20, 100]) {
      let beyond = 0;
      for (let seed = 1; seed <= 600; seed += 1) {
        const series = seriesOf(nights(runs + 1, { seed }))[0] ?? { points: [] };
        const threshold = ownThreshold({ points: series.points.slice(0, -1) }, MARGIN);
        const last = series.points.at(-1)?.cell.marginMs?.worst ?? 0;
        if (threshold !== null && last < threshold.ms) beyond += 1;
      }
      const expected = chanceBeyond({ runs });
      console.info(`beyond the P95 of ${runs} runs by chance: ${((beyond / 600) * 100).toFixed(1)} %, computed ${(expected * 100).toFixed(1)} %`); // prettier-ignore
      expect(Math.abs(beyond / 600 - expected)).toBeLessThan(
        4 * Math.sqrt((expected * (1 - expected)) / 600),
      );
    }
  });
});

describe('the gate of a history', () => {
  it('passes a run that is as those before', () => {
    expect(gate(nights(40, { cells: 2 }))).toMatchObject({ verdict: 'pass', worse: [], tooFew: [] });
  });

  it('fails where a margin has become smaller, and names since when', () => {
    const runs = nights(40, { shiftMs: -300, from: 30 });
    const judged = gate(runs);
    expect(judged.verdict).toBe('fail');
    expect(gateText(judged)).toContain(`since ${runs[30]?.runId ?? ''}`);
    expect(gateText(judged)).toMatch(/^FAIL {2}the margin has become smaller in 1 cell \(/m);
  });

  it('passes where a margin has become larger', () => {
    expect(gate(nights(40, { shiftMs: 300, from: 30 })).verdict).toBe('pass');
  });

  it('tells a single bad run as beyond its threshold, and fails it only where that was asked for', () => {
    const runs = [...nights(40), pastRun(40, [100])];
    const judged = gate(runs);
    expect(judged).toMatchObject({ verdict: 'pass', compared: 4 });
    expect(judged.beyond.map(({ threshold }) => threshold.figure.figure)).toEqual(['marginMs']);
    expect(gateText(judged)).toMatch(
      /beyond {2}sleep-2, delete, load-0: routing margin 50 ms; 95 of 100 runs are no worse than 6\d\d ms \(P95 of 40 runs\)\n1 figure of 4 beyond the P95 of earlier runs; by chance alone it is 0\.3 on average/,
    );
    expect(gate(runs, 'threshold').verdict).toBe('fail');
  });

  it('is undecided with fewer than ten earlier runs, and void of a void run', () => {
    expect(gate(nights(10))).toMatchObject({ verdict: 'inconclusive', compared: 0 });
    expect(gate(nights(11))).toMatchObject({ verdict: 'pass', compared: 4 });
    expect(gate([...nights(20), pastRun(20, [800], { verdict: 'void' })]).verdict).toBe('void');
    expect(gate([...nights(20), pastRun(20, [])]).verdict).toBe('void');
  });

  it('looks at earlier runs alone: not at the run itself in the history, nor at later ones', () => {
    const runs = nights(60, { shiftMs: -300, from: 30 });
    const run = runs[25];
    if (run === undefined) throw new Error('60 nights have a 26th');
    expect(gateHistory(runs, run, 'change')).toMatchObject({ verdict: 'pass' });
    expect(gateHistory(runs, run, 'change').series[0]?.points).toHaveLength(26);
  });
});
