import { describe, expect, it } from 'vitest';

import { judgeGates, type GateInput } from '../../../../src/analyze/gates/judge-gates.ts';
import { judgeShare } from '../../../../src/analyze/gates/judge-share.ts';
import type { AnalyzedTrial, RunResult } from '../../../../src/analyze/run-result.ts';
import { summarizeRun } from '../../../../src/analyze/run/summarize-run.ts';
import type { GateName, GateResult } from '../../../../src/model/gate.ts';
import type { Target } from '../../../../src/model/scenario.ts';
import type { CellHazard } from '../../../../src/model/standing.ts';
import { junitXml } from '../../../../src/report/junit-xml.ts';
import { analyzeSynthetic } from '../analyze-synthetic.ts';
import { synthesizeRun, type SyntheticOptions } from '../synthesize-run.ts';

type TrialFigures = Pick<AnalyzedTrial, 'shutdownMs' | 'recoveredMs'> & {
  readonly p99: number | null;
  readonly unavailableMs: number | null;
  readonly atLeast?: boolean;
};
const GOOD: TrialFigures = { shutdownMs: 2100, recoveredMs: 900, p99: 40, unavailableMs: 12 };

function trial(figures: Partial<TrialFigures> = {}, type: 'delete' | 'scale-down' = 'delete'): AnalyzedTrial {
  const { p99, unavailableMs, atLeast = false, ...own } = { ...GOOD, ...figures };
  const censored = atLeast ? { requests: 1, lowerBounds: ['p99'] } : undefined;
  const load = {
    load: 'fresh',
    unavailableMs,
    unavailableAtLeast: atLeast,
    eventLatencyMs: { count: 10, p50: 1, p99, max: p99, ...(censored && { censored }) },
  };
  return { ...own, trial: { disruption: { type } }, loads: [load] } as unknown as AnalyzedTrial;
}

const routed = (changes: Partial<CellHazard>): CellHazard => ({
  ...{ hazard: 'still-routed', state: 'none', there: 0, none: 3, unknown: 0 },
  ...{ worst: { ms: 310, uncertaintyMs: 10 }, count: 0, trial: null, detail: '' },
  ...changes,
});

function gate(target: Partial<Target>, changes: Partial<GateInput> = {}): GateResult | undefined {
  return judgeGates({
    target: { maxFailingTrials: 0.1, ...target },
    load: 'fresh',
    trials: [trial(), trial()],
    hazards: [routed({})],
    likeBackground: false,
    ...changes,
  })[0];
}

describe('a gate', () => {
  it('is judged only where the scenario sets it', () => {
    expect(gate({})).toBeUndefined();
  });

  it.each<[string, number, Partial<CellHazard>, GateResult['verdict'], RegExp]>([
    ['passes a margin beyond its uncertainty', 300, {}, 'pass', /^the smallest routing margin is 310 ms ± 10 ms$/],
    ['leaves a margin open within its uncertainty', 305, {}, 'inconclusive', /within its uncertainty$/],
    ['fails a margin that is smaller for certain', 321, {}, 'fail', /310 ms ± 10 ms$/],
    ['leaves a margin open that was not seen everywhere', 100, { state: 'unknown', detail: 'node-2 was not watched' }, 'inconclusive', /; not all are \(node-2 was not watched\)$/],
    ['fails one that is small although others were not seen', 400, { state: 'unknown' }, 'fail', /that is known is 310 ms/],
    ['fails where a node never stopped sending', 100, { state: 'there', worst: null, detail: 'node-1 still sent' }, 'fail', /^the smallest routing margin is below zero \(node-1 still sent\)$/],
    ['leaves a margin open that nobody knows', 100, { state: 'unknown', worst: null }, 'inconclusive', /^no routing margin is known$/],
  ])('%s', (_, minMarginMs, hazard, verdict, explanation) => {
    const judged = gate({ minMarginMs }, { hazards: [routed(hazard)] });
    expect(judged).toMatchObject({ gate: 'minMarginMs', limit: minMarginMs, verdict });
    expect(judged?.explanation).toMatch(explanation);
  }); // prettier-ignore

  it.each<[GateName, number, Partial<TrialFigures>, GateResult['verdict'], number | null]>([
    ['maxShutdownMs', 2100, {}, 'pass', 2100],
    ['maxShutdownMs', 2200, { shutdownMs: 2201 }, 'fail', 2201],
    ['maxShutdownMs', 2200, { shutdownMs: null }, 'inconclusive', 2100],
    ['maxShutdownMs', 2000, { shutdownMs: null }, 'fail', 2100],
    ['maxRecoveryMs', 1000, {}, 'pass', 900],
    ['maxRecoveryMs', 1000, { recoveredMs: 4100 }, 'fail', 4100],
    ['maxP99Ms', 50, {}, 'pass', 40],
    ['maxP99Ms', 50, { p99: 51 }, 'fail', 51],
    ['maxP99Ms', 50, { p99: 45, atLeast: true }, 'inconclusive', 45],
    ['maxP99Ms', 50, { p99: null }, 'inconclusive', 40],
    ['maxUnavailableMs', 500, {}, 'pass', 12],
    ['maxUnavailableMs', 500, { unavailableMs: 500 }, 'fail', 500],
    ['maxUnavailableMs', 500, { unavailableMs: 400, atLeast: true }, 'inconclusive', 400],
    ['maxUnavailableMs', 500, { unavailableMs: null }, 'pass', 12],
  ])('%s of %i takes the worst trial: with %o it is %s', (name, limit, figures, verdict, figure) => {
    const judged = gate({ [name]: limit }, { trials: [trial(), trial(figures)] });
    expect(judged).toMatchObject({ gate: name, limit, verdict, figure });
  });

  it('does not hold against a strategy what the controls show as often', () => {
    const slow = { trials: [trial({ p99: 90 })], likeBackground: true };
    expect(gate({ maxP99Ms: 50 }, slow)).toMatchObject({
      verdict: 'inconclusive',
      explanation: 'the largest 99th percentile of latency is 90 ms, no more often than in the controls',
    });
  });

  it('asks for no recovery where fewer Pods are wanted', () => {
    expect(gate({ maxRecoveryMs: 1000 }, { trials: [trial({ recoveredMs: null }, 'scale-down')] })).toBeUndefined();
    expect(gate({ maxRecoveryMs: 1000 }, { trials: [trial({ recoveredMs: null })] })?.verdict).toBe('inconclusive');
  }); // prettier-ignore

  it('takes the share of failing trials for open until enough trials or all hazards show it', () => {
    const share = { limit: 0.1, trials: 5, failingTrials: 0, upper: 0.45 } as const;
    expect(judgeShare({ ...share, standing: 'unknown' }).verdict).toBe('inconclusive');
    expect(judgeShare({ ...share, standing: 'holds' })).toMatchObject({
      verdict: 'pass',
      explanation: '0 of 5 trials failed (below 45.0 % at 95 %); every hazard was seen, and none was there',
    });
    expect(judgeShare({ ...share, trials: 60, upper: 0.049, standing: 'bounded' }).verdict).toBe('pass');
    expect(judgeShare({ ...share, failingTrials: 1, standing: 'loses' }).verdict).toBe('fail');
  });
});

const OPTIONS: SyntheticOptions = {
  name: 'gates',
  strategies: [
    { name: 'none', preStopSeconds: 0, routedMs: 300 },
    { name: 'sleep-2', preStopSeconds: 2 },
  ],
  blocks: 3,
  ratePerSecond: 100,
  baselineMs: 500,
  tailMs: 300,
  seed: 3,
  watched: true,
  loads: ['fresh'],
};
const run = (target: SyntheticOptions['target']): Promise<RunResult> =>
  analyzeSynthetic(synthesizeRun({ ...OPTIONS, ...(target && { target }) }));

describe('a run with targets', () => {
  it('passes as without them where all are met', async () => {
    const target = { minMarginMs: 500, maxShutdownMs: 10_000, maxRecoveryMs: 60_000 };
    const [plain, gated] = [await run(undefined), await run(target)];
    expect(gated.verdict).toBe('pass');
    expect(gated.headline).toBe(plain.headline);
    expect(gated.cells[1]?.gates.map(({ gate: name, verdict }) => [name, verdict])).toEqual([
      ['maxFailingTrials', 'pass'],
      ['minMarginMs', 'pass'],
      ['maxShutdownMs', 'pass'],
      ['maxRecoveryMs', 'pass'],
    ]);
  });

  it('fails by one that is missed, says so first, and recommends nothing', async () => {
    const result = await run({ maxShutdownMs: 1000 });
    expect(result.cells.map(({ standing }) => standing)).toEqual(['loses', 'misses']);
    expect(result.verdict).toBe('fail');
    expect(result.headline).toMatch(
      /^None of the 2 strategies is enough: even with “sleep-2” no request failed on fresh, but the longest shutdown of a Pod took 2\.\d+ s \(maxShutdownMs: 1\.00 s\)\.$/,
    );
    expect(result.recommendation).toMatchObject({
      strategy: null,
      sentence: 'None of these settings is enough.',
    });
    expect(result.recommendation.loads[0]?.sentence).toMatch(
      /but it misses its target: the longest shutdown of a Pod took/,
    );
  });

  it('is undecided by one that nobody saw, and says which', async () => {
    const before = await run({ maxRecoveryMs: 60_000 });
    const unseen = before.trials.map((each) => ({ ...each, recoveredMs: null }));
    const result = summarizeRun(before.manifest, unseen);
    expect(result.verdict).toBe('inconclusive');
    expect(result.headline).toBe(
      'Whether “sleep-2” meets its target is not known: on fresh the longest recovery was not seen (maxRecoveryMs: 60.0 s).',
    );
    expect(result.recommendation.loads[0]).toMatchObject({ standing: 'unknown', moreTrials: null });
  });

  it('shows each gate in JUnit as a test of its own, with the figure, and agrees with the exit code', async () => {
    const passed = junitXml(await run({ minMarginMs: 500 }));
    expect(passed).toMatch(
      /name="sleep-2 × delete × fresh: minMarginMs">\n\s+<system-out>the smallest routing margin is 1\.\d+ s ± [\d.]+ ms \(minMarginMs: 500 ms\)<\/system-out>/,
    );
    expect(passed).toMatch(
      /name="none × delete × fresh: minMarginMs">\n\s+<skipped message="need not pass: /,
    );
    expect(passed).not.toContain('<failure');
    const failed = junitXml(await run({ maxShutdownMs: 1000 }));
    expect(failed).toMatch(
      /name="sleep-2 × delete × fresh: maxShutdownMs">\n\s+<failure message="the longest/,
    );
  });
});
