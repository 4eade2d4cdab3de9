import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { judgeCell } from '../../../src/analyze/judge-cell.ts';
import { judgeRun } from '../../../src/analyze/judge-run.ts';
import type { AnalyzedTrial, RunResult, StrategyResult } from '../../../src/analyze/run-result.ts';
import { summarizeRun } from '../../../src/analyze/summarize-run.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { analyzeSynthetic } from './analyze-synthetic.ts';
import { synthesizeRun, type SyntheticOptions } from './synthesize-run.ts';

const OPTIONS: SyntheticOptions = {
  name: 'prestop-on-delete',
  strategies: [
    { name: 'none', preStopSeconds: 0, routedMs: 300 },
    { name: 'sleep-2', preStopSeconds: 2 },
    { name: 'sleep-5', preStopSeconds: 5 },
  ],
  blocks: 5,
  ratePerSecond: 100,
  baselineMs: 500,
  tailMs: 300,
  seed: 3,
};

const run = (changes: Partial<SyntheticOptions> = {}): Promise<RunResult> =>
  analyzeSynthetic(synthesizeRun({ ...OPTIONS, ...changes }));

const codes = (result: RunResult): readonly string[] => result.findings.map(({ code }) => code);

/** The same run with some of its trials changed. */
function changed(
  result: RunResult,
  which: (trial: AnalyzedTrial) => boolean,
  change: (trial: AnalyzedTrial) => AnalyzedTrial,
): RunResult {
  return summarizeRun(
    result.manifest,
    result.trials.map((trial) => (which(trial) ? change(trial) : trial)),
  );
}

const makeVoid = (trial: AnalyzedTrial): AnalyzedTrial => ({
  ...trial,
  verdict: 'void',
  findings: [{ code: 'load-silent', severity: 'void', message: 'The load fell silent.' }],
});

const withoutFailures = (trial: AnalyzedTrial): AnalyzedTrial => ({
  ...trial,
  failures: [],
  loads: trial.loads.map((load) => ({
    ...load,
    failed: 0,
    failing: false,
    firstFailureNs: null,
    lastFailureNs: null,
  })),
});

describe('a run', () => {
  it('says that its load passed the publishing of ports, where the cluster is reached so', async () => {
    const result = await run();
    expect(codes(result)).not.toContain('load-through-published-port');
    const { manifest, trials } = result;
    if (manifest.cluster === null) throw new Error('a run without a cluster');
    const cluster = { ...manifest.cluster, nodePorts: 'published' as const };
    const published = summarizeRun({ ...manifest, cluster }, trials);
    const finding = published.findings.find(({ code }) => code === 'load-through-published-port');
    expect(finding).toMatchObject({ severity: 'warning' });
    expect(finding?.message).toContain('from: inside');
  });

  it('passes when one strategy passes on every load, and recommends the cheapest that does', async () => {
    const result = await run();
    expect(result.strategies.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['none', 'fail'],
      ['sleep-2', 'pass'],
      ['sleep-5', 'pass'],
    ]);
    expect(result.verdict).toBe('pass');
    expect(result.recommendation.strategy).toBe('sleep-2');
    expect(result.headline).toBe(
      '“sleep-2” is enough: requests failed in 0 of 5 Pod deletions (below 45.1 % at 95 % confidence for each strategy by itself); with “none” in 5 of 5.',
    );
  });

  it('says what the recommended setting costs', async () => {
    const { recommendation } = await run();
    expect(recommendation.sentence).toMatch(/shut down, 2\.0\d s more than with “none”/);
  });

  it('recommends the first of those that cost the same, whatever the noise', async () => {
    const shutdownOf: Record<string, number> = { 'sleep-2': 5036, 'sleep-5': 5035.9 };
    const cost = (trial: AnalyzedTrial): AnalyzedTrial => ({
      ...trial,
      shutdownMs: shutdownOf[trial.trial.strategy.name] ?? trial.shutdownMs,
    });
    expect(changed(await run(), () => true, cost).recommendation.strategy).toBe('sleep-2');
  });

  it('calls nothing the cheapest where no cost was measured', async () => {
    const free = (trial: AnalyzedTrial): AnalyzedTrial => ({ ...trial, shutdownMs: null });
    expect(changed(await run(), () => true, free).recommendation).toEqual({
      strategy: 'sleep-2',
      sentence:
        'Use “sleep-2” (preStop sleep 2 s, grace 30 s, app: graceful): the first setting that passes. What it costs could not be measured.',
    });
    const clean = changed(
      await run(),
      ({ trial }) => trial.role === 'comparison',
      (trial) => free(withoutFailures(trial)),
    );
    expect(clean.recommendation.sentence).toMatch(
      /^Keep “none” \(.*\): it passes\. What it costs could not be measured\.$/,
    );
  });

  it('that fails says above which share its trials fail, also where not all did', async () => {
    const { manifest, trials } = await run({ blocks: 6, strategies: OPTIONS.strategies.slice(0, 1) });
    const { spec } = manifest.scenario;
    const scenario = { ...manifest.scenario, spec: { ...spec, target: { maxFailingTrials: 0.2 } } };
    const result = summarizeRun(
      { ...manifest, scenario },
      trials.map((trial) =>
        trial.trial.role === 'comparison' && trial.trial.block === 1 ? withoutFailures(trial) : trial,
      ),
    );
    expect(result.headline).toContain('in 5 of 6 Pod deletions (above 41.8 % at 95 % confidence)');
  });

  it('is void, and recommends nothing, when a negative control failed a request', async () => {
    const result = await run({ negativeControlFails: true });
    expect(result.verdict).toBe('void');
    expect(codes(result)).toContain('negative-control-failed');
    expect(result.headline).toMatch(
      /^This run proves nothing\. Without any disruption .* \d+ \S+; the first is \d+\/\S+-\d+\): something else/,
    );
    expect(result.recommendation.strategy).toBeNull();
  });

  it('is void when no positive control failed a request', async () => {
    const result = changed(await run(), ({ trial }) => trial.role === 'positive-control', withoutFailures);
    expect(result.verdict).toBe('void');
    expect(codes(result)).toEqual(['positive-control-silent']);
  });

  it('only warns when one of several positive controls failed none, or all of them on one load', async () => {
    const one = changed(
      await run(),
      ({ trial }) => trial.role === 'positive-control' && trial.block === 1,
      withoutFailures,
    );
    expect(one.verdict).toBe('pass');
    const blind = changed(
      await run(),
      ({ trial }) => trial.role === 'positive-control',
      (trial) => ({
        ...trial,
        loads: trial.loads.map((load) => (load.load === 'fresh' ? load : { ...load, failed: 0 })),
      }),
    );
    expect(blind.verdict).toBe('pass');
    expect(codes(blind)).toEqual(['positive-control-silent-on-load']);
  });

  it('is void without controls', async () => {
    const { manifest, trials } = await run();
    const result = summarizeRun(
      manifest,
      trials.filter(({ trial }) => trial.role === 'comparison'),
    );
    expect(result.verdict).toBe('void');
    expect(codes(result)).toEqual(['negative-control-missing', 'positive-control-missing', 'trials-missing']);
  });

  it('is void when a trial stayed void, and says which', async () => {
    const isOne = ({ trial }: AnalyzedTrial): boolean =>
      trial.strategy.name === 'sleep-5' && trial.block === 2;
    const result = changed(await run(), isOne, makeVoid);
    expect(result.strategies.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'void']);
    expect(result.verdict).toBe('void');
    expect(result.headline).toContain('Trials of “sleep-5” could not be measured');
    expect(result.findings[0]?.message).toContain('The load fell silent.');
  });

  it('counts the repetition of a void trial, and keeps the void attempt in sight', async () => {
    const before = await run();
    const trials = before.trials.flatMap((trial) =>
      trial.trial.number === 4 ? [makeVoid(trial), { ...trial, attempt: 2 }] : [trial],
    );
    const result = summarizeRun(before.manifest, trials);
    expect(result.verdict).toBe('pass');
    expect(result.trials).toHaveLength(before.trials.length + 1);
    expect(result.trials.filter(({ counted }) => !counted).map(({ attempt }) => attempt)).toEqual([1]);
    expect(codes(result)).toEqual(['trial-repeated']);
  });

  it('that was interrupted says how much of it there is', async () => {
    const { manifest, trials } = await run();
    const result = summarizeRun({ ...manifest, state: 'interrupted' }, trials.slice(0, 10));
    expect(result.findings.at(-1)?.message).toBe(
      'The run was interrupted: 10 of 25 planned trials are here.',
    );
  });

  it('is inconclusive with too few blocks', async () => {
    const result = await run({ blocks: 3 });
    expect(result.verdict).toBe('inconclusive');
    expect(result.headline).toContain('Too few trials to say');
    expect(result.recommendation.sentence).toContain('at least 5 blocks');
  });
});

describe('the comparison with the reference', () => {
  it('is inconclusive with five blocks, and says that no difference could have been shown', async () => {
    const result = await run({ loads: ['fresh'] });
    const cell = result.cells.find(({ strategy }) => strategy === 'sleep-2');
    expect(cell?.comparison).toMatchObject({
      reference: 'none',
      blocks: 5,
      blocksNeeded: 7,
      onlyReferenceFailed: 5,
      onlyThisFailed: 0,
      failingTrials: { answer: 'inconclusive', p: 0.0625, pHolm: 0.125 },
    });
  });

  it('finds the better strategy with enough blocks', async () => {
    const result = await run({ loads: ['fresh'], blocks: 8 });
    expect(result.cells.map(({ comparison }) => comparison?.failingTrials.answer)).toEqual([
      undefined,
      'better',
      'better',
    ]);
    expect(result.cells.map(({ comparison }) => comparison?.failures.answer)).toEqual([
      undefined,
      'better',
      'better',
    ]);
  });

  it('leaves out blocks in which one of the two has no valid trial', async () => {
    const isOne = ({ trial }: AnalyzedTrial): boolean => trial.strategy.name === 'none' && trial.block === 2;
    const result = changed(await run({ loads: ['fresh'] }), isOne, makeVoid);
    expect(result.cells.map(({ comparison }) => comparison?.blocks)).toEqual([undefined, 4, 4]);
  });
});

describe('a cell', () => {
  it('says how many more clean trials would show less than 5 % and less than 1 %', async () => {
    const result = await run();
    const cell = result.cells.find(({ strategy }) => strategy === 'sleep-5');
    expect(cell?.moreTrialsFor).toEqual([
      { bound: 0.05, trials: 54 },
      { bound: 0.01, trials: 294 },
    ]);
  });

  it.each<[number, number, number, number, Verdict]>([
    [0, 5, 0, 0.5, 'pass'],
    [0, 4, 0, 0.5, 'inconclusive'],
    [1, 5, 0, 0.5, 'inconclusive'],
    [5, 5, 0, 0.5, 'fail'],
    [4, 5, 0, 0.5, 'inconclusive'],
    [0, 59, 0, 0.05, 'pass'],
    [0, 58, 0, 0.05, 'inconclusive'],
    [0, 5, 1, 0.5, 'void'],
    [0, 0, 0, 0.5, 'void'],
  ])(
    'of %i failing in %i trials (%i void) against a target of %d is judged %s',
    (k, n, voids, target, verdict) => {
      expect(judgeCell(k, n, voids, target)).toBe(verdict);
    },
  );

  it('is never judged better for one more failing trial', () => {
    const rank = { pass: 0, inconclusive: 1, fail: 2, void: 3 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.nat(99),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (n, k, target) => {
          fc.pre(k < n);
          return rank[judgeCell(k, n, 0, target)] <= rank[judgeCell(k + 1, n, 0, target)];
        },
      ),
    );
  });
});

describe('the verdict of a run', () => {
  const strategy = (verdict: Verdict, mustPass = false): StrategyResult => ({
    name: 's',
    strategy: strategySchema.parse({ name: 's', mustPass }),
    verdict,
    shutdownMs: null,
    addedShutdownMs: null,
  });

  it.each<[string, StrategyResult[], Verdict]>([
    ['one of several passes', [strategy('fail'), strategy('pass')], 'pass'],
    ['all fail', [strategy('fail'), strategy('fail')], 'fail'],
    ['none passes and one is undecided', [strategy('fail'), strategy('inconclusive')], 'inconclusive'],
    ['one that must pass fails', [strategy('pass'), strategy('fail', true)], 'fail'],
    ['all that must pass do', [strategy('fail'), strategy('pass', true)], 'pass'],
    ['one that must pass is undecided', [strategy('pass'), strategy('inconclusive', true)], 'inconclusive'],
    ['any is void', [strategy('pass'), strategy('void')], 'void'],
    ['nothing was measured', [], 'void'],
  ])('when %s', (_, strategies, verdict) => {
    expect(judgeRun(strategies, [])).toBe(verdict);
  });
});
