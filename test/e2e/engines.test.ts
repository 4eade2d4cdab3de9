import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import type { RunResult } from '../../src/analyze/run-result.ts';
import { fisherExact } from '../../src/analyze/statistics/tests-of-difference.ts';
import { drainbench } from './support/drainbench.ts';

const SCENARIO = `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: engines, question: Do both engines meet the same failures? }
spec:
  cluster: { driver: embedded }
  app: { sample: http, replicas: 3, latencyMs: 100 }
  loads:
    - { name: fresh-native, connections: fresh, ratePerSecond: 40, concurrency: 20 }
    - { name: fresh-autocannon, engine: autocannon, connections: fresh, concurrency: 20, ratePerSecond: 40 }
    - { name: kept-native, connections: keep-alive, concurrency: 10, ratePerSecond: 40 }
    - { name: kept-autocannon, engine: autocannon, connections: keep-alive, concurrency: 10, ratePerSecond: 40 }
  disruptions: [{ type: delete-many, pods: 2 }]
  strategies: [{ name: kill, shutdown: { mode: exit-now } }]
  blocks: 1
  timing: { settleMs: 500, baselineMs: 1500, tailMs: 1000 }
`;
/** Both are put on the same Pods at the same moments. Less probable than this is no chance. */
const BY_CHANCE = 1e-4;

describe('autocannon and the native engine, put on the same Pods at the same time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-e2e-engines-'));
  let result: RunResult;

  beforeAll(async () => {
    const file = join(folder, 'engines.yaml');
    writeFileSync(file, SCENARIO);
    const run = await drainbench(['run', file, '--reports', folder]);
    result = await analyzeRun(realpathSync(join(folder, 'latest')));
    expect(result.verdict, run.all).not.toBe('void');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  describe.each(['fresh', 'kept'])('with %s connections', (connections) => {
    it('lose the same share of their requests, for the same causes', () => {
      const [native, autocannon] = ['native', 'autocannon'].map((engine) =>
        lossesOf(result, `${connections}-${engine}`),
      );
      if (native === undefined || autocannon === undefined) throw new Error('an engine is missing');
      expect(native.failed).toBeGreaterThan(10);
      const told = JSON.stringify([native, autocannon]);
      const p = fisherExact(native.failed, native.requests, autocannon.failed, autocannon.requests);
      expect(p, told).toBeGreaterThan(BY_CHANCE);
      // A cause that one of them met a few times, the other may have missed.
      for (const [mine, other] of [
        [native, autocannon],
        [autocannon, native],
      ] as const) {
        for (const [cause, count] of Object.entries(mine.causes)) {
          if (count >= mine.failed / 4) expect(other.causes, told).toHaveProperty(cause);
        }
      }
    });

    it('are sure of the same causes', () => {
      for (const engine of ['native', 'autocannon']) {
        const { failed, certain, unexplained } = lossesOf(result, `${connections}-${engine}`);
        expect(certain, engine).toBeGreaterThan(0);
        expect(unexplained / failed, engine).toBeLessThanOrEqual(0.05);
      }
    });
  });
});

interface Losses {
  readonly requests: number;
  readonly failed: number;
  readonly causes: Readonly<Record<string, number>>;
  readonly certain: number;
  /** Or ambiguous. */
  readonly unexplained: number;
}

function lossesOf({ trials }: RunResult, load: string): Losses {
  const counted = trials.filter((trial) => trial.counted);
  const failures = counted.flatMap(({ failures: all }) => all.filter((each) => each.load === load));
  const loads = counted.flatMap(({ loads: all }) => all.filter((each) => each.load === load));
  const causes: Record<string, number> = {};
  for (const { attribution } of failures) causes[attribution.cause] = (causes[attribution.cause] ?? 0) + 1;
  return {
    requests: loads.reduce((sum, { intended }) => sum + intended, 0),
    failed: failures.length,
    causes,
    certain: failures.filter(({ attribution }) => attribution.confidence === 'certain').length,
    unexplained: (causes['unexplained'] ?? 0) + (causes['ambiguous'] ?? 0),
  };
}
