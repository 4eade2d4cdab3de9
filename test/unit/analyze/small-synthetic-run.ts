import { synthesizeRun, type SyntheticRun } from './synthesize-run.ts';

/** The run that is kept under test/fixtures/runs/synthetic-small. Synthetic: nothing in it was measured. */
export function smallSyntheticRun(): SyntheticRun {
  return synthesizeRun({
    name: 'synthetic-small',
    strategies: [
      { name: 'none', preStopSeconds: 0, routedMs: 320 },
      { name: 'sleep-2', preStopSeconds: 2 },
    ],
    blocks: 2,
    ratePerSecond: 40,
    baselineMs: 500,
    tailMs: 300,
    seed: 11,
  });
}
