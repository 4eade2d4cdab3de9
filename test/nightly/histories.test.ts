import { describe, expect, it } from 'vitest';

import { holdLaws } from '../unit/analyze/attribution/histories/hold-laws.ts';

const RUNS = 20_000;
const LESS = 5;
const MINUTE_MS = 60_000;
/** Another one each day; `DRAINBENCH_HISTORY=SEED:PATH`, as a failure prints both, plays one history again. */
const [seed = '', path] = (process.env['DRAINBENCH_HISTORY'] ?? '').split(':', 2);
const SEED = seed === '' ? Math.floor(Date.now() / (24 * 60 * MINUTE_MS)) : Number(seed);

describe(`${RUNS} histories composed of faults and of what happens beside them (seed ${SEED})`, () => {
  it(
    'are given no certain cause that is wrong, nor by less evidence, and hints that mostly hold',
    { timeout: 60 * MINUTE_MS },
    async () => {
      const { said, surer } = await holdLaws({
        runs: RUNS,
        less: LESS,
        seed: SEED,
        ...(path !== undefined && { path }),
      });
      process.stdout.write(`\nseed ${SEED}, of ${RUNS} histories:\n${said.print()}\n`);
      process.stdout.write(`surer by less evidence: ${surer} of ${RUNS * LESS}\n`);
      expect(said.share('certain')).toBe(1);
      expect(said.share('likely')).toBeGreaterThanOrEqual(0.9);
      expect(said.share('weak')).toBeGreaterThanOrEqual(0.6);
    },
  );
});
