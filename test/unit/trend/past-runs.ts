import type { PastCell, PastRun } from '../../../src/model/past-run.ts';
import { seededRandom, type SeededRandom } from '../../../src/model/seeded-random.ts';

const NIGHT_MS = 86_400_000;

/** A run of one night, with one cell for each margin that is given (ms). */
export function pastRun(night: number, margins: readonly number[], changes: Partial<PastRun> = {}): PastRun {
  const startedAtMs = Date.UTC(2026, 0, 1, 3) + night * NIGHT_MS;
  return {
    schemaVersion: 1,
    runId: `${new Date(startedAtMs).toISOString().slice(0, 10)}-night${String(night)}`,
    scenario: 'nightly',
    startedAtMs,
    verdict: 'pass',
    version: '0.1.0',
    commit: null,
    platform: { driver: 'embedded', kubernetesVersion: 'v1.37.1', proxyMode: 'nftables', nodeImage: null },
    host: { cpus: 2, cpuModel: 'any' },
    cells: margins.map((ms, index) => pastCell(`load-${String(index)}`, ms)),
    ...changes,
  };
}

export function pastCell(load: string, ms: number, changes: Partial<PastCell> = {}): PastCell {
  return {
    ...{ strategy: 'sleep-2', setting: 'preStop sleep 2 s', disruption: 'delete', load },
    ...{ standing: 'holds', trials: 5, failingTrials: 0, requests: 1000, lostRequests: 0 },
    marginMs: { median: ms, worst: ms - 50 },
    shutdownMs: { median: 2000, worst: 2000 + ms / 10 },
    recoveredMs: null,
    p99Ms: { median: 30, worst: 40 },
    unavailableMs: { median: 10, worst: 20 },
    ...changes,
  };
}

/** Normal noise: the sum of twelve uniform values has variance 1. */
export function noise(random: SeededRandom): number {
  let sum = -6;
  for (let count = 0; count < 12; count += 1) sum += random.nextUint32() / 2 ** 32;
  return sum;
}

/** Nights whose margins are 800 ± 60 ms, and `shiftMs` more from night `from` on, in so many cells. */
export function nights(
  count: number,
  { cells = 1, seed = 1, shiftMs = 0, from = Infinity } = {},
): readonly PastRun[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, night) =>
    pastRun(
      night,
      Array.from({ length: cells }, () => 800 + 60 * noise(random) + (night >= from ? shiftMs : 0)),
    ),
  );
}
