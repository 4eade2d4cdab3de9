import { describe, expect, it } from 'vitest';

import { measureStability } from '../../../../src/analyze/run/measure-stability.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import { summarizeRun } from '../../../../src/analyze/run/summarize-run.ts';
import { analyzeSynthetic } from '../analyze-synthetic.ts';
import { synthesizeRun } from '../synthesize-run.ts';

const run = () =>
  analyzeSynthetic(
    synthesizeRun({
      name: 'stability',
      strategies: [
        { name: 'none', preStopSeconds: 0, routedMs: 300 },
        { name: 'sleep-2', preStopSeconds: 2 },
        { name: 'drain-2', preStopSeconds: 0, drainSeconds: 2 },
      ],
      blocks: 5,
      ratePerSecond: 50,
      baselineMs: 500,
      tailMs: 300,
      seed: 5,
      watched: true,
    }),
  );

describe('the stability of a run', () => {
  it('is whole where margins decide: every resample says the same', async () => {
    const result = await run();
    const stability = measureStability(result, 50);
    expect(stability).toMatchObject({ resamples: 50, verdict: 1, recommendation: 1 });
    expect(stability.loads).toEqual([
      { load: 'fresh', answer: 1 },
      { load: 'keep-alive', answer: 1 },
    ]);
    expect(stability.cells).toHaveLength(6);
    for (const { verdict, standing } of stability.cells) expect([verdict, standing]).toEqual([1, 1]);
  });

  it('shows an answer that hangs on one block, with the share that chance gives it', async () => {
    const before = await run();
    const lucky = ({ trial }: AnalyzedTrial): boolean =>
      trial.strategy.name === 'drain-2' && trial.role === 'comparison' && trial.block === 3;
    const [failure] = before.trials.flatMap(({ failures }) => failures);
    if (failure === undefined) throw new Error('some request fails');
    const lost = (trial: AnalyzedTrial): AnalyzedTrial => ({
      ...trial,
      failures: [failure],
      loads: trial.loads.map((load) =>
        load.load === 'fresh' ? { ...load, failed: 1, failing: true } : load,
      ),
    });
    const result = summarizeRun(
      before.manifest,
      before.trials.map((trial) => (lucky(trial) ? lost(trial) : trial)),
    );
    const stability = measureStability(result, 400);
    const cell = stability.cells.find(
      ({ cell: { strategy, load } }) => strategy === 'drain-2' && load === 'fresh',
    );
    // A block of five is missing from five draws in (4/5)⁵ = 33 % of cases.
    expect(cell?.verdict).toBeGreaterThan(0.58);
    expect(cell?.verdict).toBeLessThan(0.77);
    expect(stability.verdict).toBe(cell?.verdict);
  });

  it('is the same for the same seed', async () => {
    const result = await run();
    expect(measureStability(result, 20, 3)).toEqual(measureStability(result, 20, 3));
  });
});
