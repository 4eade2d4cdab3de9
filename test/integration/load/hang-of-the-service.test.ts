import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AnsweredByPod } from '../../../src/analyze/ledger/answered-by-pod.ts';
import { analyzeLoad, type LoadAnalysis } from '../../../src/analyze/ledger/analyze-load.ts';
import { LastAnswers } from '../../../src/analyze/ledger/last-answers.ts';
import type { RequestPods } from '../../../src/analyze/attribution/request-pods.ts';
import type { LoadSpec } from '../../../src/model/scenario.ts';
import type { Finding } from '../../../src/model/verdict.ts';
import { streamed } from '../../unit/analyze/build-history.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';
import { runLoad } from './run-load.ts';

const SERVICE_MS = 5;
const HANG_MS = 1100;
/** For how long a measurement that the machine spoiled is made again: it may be busy for some seconds. */
const AGAIN_MS = 40_000;

let server: Server;
/** Answers that wait for the end of the hang; `null`: it does not hang. */
let waiting: (() => void)[] | null;
beforeEach(async () => {
  waiting = null;
  server = createServer((_, response) => {
    setTimeout(() => {
      const answer = (): void => void response.end('hello');
      if (waiting === null) answer();
      else waiting.push(answer);
    }, SERVICE_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const CASES = (['native', 'autocannon'] as const).flatMap((engine) => [
  ...[1, 4, 20, 300].map((concurrency) => ({ engine, connections: 'keep-alive' as const, concurrency })),
  { engine, connections: 'fresh' as const, concurrency: 300 },
]);

describe.each(CASES)('$engine over $connections connections at a concurrency of $concurrency', (mode) => {
  it('sees that the whole service hangs for 1.1 s, though it answers all that was sent in the end', async () => {
    const { ratePerSecond, ...spec } = { ...mode, ratePerSecond: 50 };
    const { load, hungMs } = await measureUndisturbed({ ...spec, ratePerSecond });
    const { result } = load;
    expect(voidFindings(load)).toEqual([]);
    expect(result).toMatchObject({ failed: 0, failing: true, unavailableAtLeast: false });
    // The last answers before it may have come up to a slot early, the first ones after it up to one late.
    expect(result.unavailableMs).toBeGreaterThan(HANG_MS - 1000 / ratePerSecond);
    expect(result.unavailableMs).toBeLessThan(hungMs + 1000);
    // Of about 150 requests 55 were due meanwhile.
    const { p99, max } = result.eventLatencyMs;
    expect(Math.min(p99 ?? 0, max ?? 0)).toBeGreaterThan(HANG_MS - 150);
    expect(result.heldUp > 0).toBe(result.byOutcome['not-sent'] > 0);
  });
});

it('an unpaced closed model sees it, too, by the time without a good answer', async () => {
  const { load } = await measureHang({ engine: 'autocannon', ratePerSecond: undefined, concurrency: 2 });
  expect(load.result).toMatchObject({ failed: 0, failing: true, heldUp: 0 });
  expect(load.result.unavailableMs).toBeGreaterThan(HANG_MS - 50);
});

function voidFindings({ findings }: LoadAnalysis): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'void');
}

/** A busy machine puts an engine to sleep. That is void, as it should be, and is measured again, as a run does. */
async function measureUndisturbed(changes: Partial<LoadSpec>): Promise<MeasuredHang> {
  const givenUpAt = performance.now() + AGAIN_MS;
  for (;;) {
    const measured = await measureHang(changes);
    if (voidFindings(measured.load).length === 0 || performance.now() > givenUpAt) return measured;
  }
}

interface MeasuredHang {
  readonly load: LoadAnalysis;
  readonly hungMs: number;
}

/** Some answers, then the hang, then some again. The disruption is the first request. */
async function measureHang(changes: Partial<LoadSpec>): Promise<MeasuredHang> {
  const spec = loadSpec(changes);
  let beganMs = 0;
  let hungMs = 0;
  let okAtEnd = 0;
  const { records, summary, findings } = await runLoad(
    spec,
    [{ host: '127.0.0.1', port: (server.address() as AddressInfo).port }],
    (sofar) => {
      const ok = sofar.filter(({ outcome }) => outcome === 'ok').length;
      if (beganMs === 0 && ok >= 20) {
        beganMs = performance.now();
        waiting = [];
      } else if (waiting !== null && performance.now() - beganMs >= HANG_MS) {
        hungMs = performance.now() - beganMs;
        for (const answer of waiting) answer();
        waiting = null;
        okAtEnd = ok;
      }
      return hungMs > 0 && ok >= okAtEnd + 60;
    },
  );
  expect(findings).toEqual([]);
  const moments = { disruptionNs: 0, loadStoppedNs: summary.stopNs, cleanUpNs: null };
  const who = {
    pods: { of: () => null } as unknown as RequestPods,
    answered: new AnsweredByPod(0),
    lastAnswers: new LastAnswers(),
  };
  return { load: await analyzeLoad(spec, streamed(records), moments, summary.intended, who), hungMs };
}
