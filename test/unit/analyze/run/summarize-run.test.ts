import { describe, expect, it } from 'vitest';

import { judgeRun } from '../../../../src/analyze/run/judge-run.ts';
import type { AnalyzedTrial, RunResult, StrategyResult } from '../../../../src/analyze/run-result.ts';
import { summarizeRun } from '../../../../src/analyze/run/summarize-run.ts';
import type { Cause } from '../../../../src/model/attribution.ts';
import { strategySchema } from '../../../../src/model/scenario.ts';
import type { Verdict } from '../../../../src/model/verdict.ts';
import { analyzeSynthetic } from '../analyze-synthetic.ts';
import { synthesizeRun, type SyntheticOptions } from '../synthesize-run.ts';

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
    failedAfterRetry: 0,
    failing: false,
    firstFailureNs: null,
    lastFailureNs: null,
    lostWindowMs: null,
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
      'With “sleep-2” requests failed in 0 of 5 Pod deletions (below 45.1 % at 95 % confidence for each strategy by itself); not every hazard could be seen; with “none” requests failed in 5 of 5 Pod deletions.',
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
    expect(changed(await run(), () => true, free).recommendation).toMatchObject({
      strategy: 'sleep-2',
      sentence:
        'Use “sleep-2” (preStop sleep 2 s, grace 30 s, app: graceful): the first setting that passes for every load. What it costs could not be measured.',
    });
    const clean = changed(
      await run(),
      ({ trial }) => trial.role === 'comparison',
      (trial) => free(withoutFailures(trial)),
    );
    expect(clean.recommendation.sentence).toMatch(
      /^Keep “none” \(.*\): it passes for every load\. What it costs could not be measured\.$/,
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

  it('leaves out a trial that stayed void, and says which', async () => {
    const isOne = ({ trial }: AnalyzedTrial): boolean =>
      trial.strategy.name === 'sleep-5' && trial.block === 2;
    const result = changed(await run({ watched: true }), isOne, makeVoid);
    expect(result.strategies.map(({ verdict }) => verdict)).toEqual(['fail', 'fail', 'fail']);
    const cell = result.cells.find(({ strategy, load }) => strategy === 'sleep-5' && load === 'fresh');
    expect(cell).toMatchObject({ standing: 'holds', trials: 4, voidTrials: 1 });
    expect(result.findings[0]?.message).toContain('The load fell silent.');
  });

  it('is void when more than a fifth of a strategy’s trials stayed void, and says which', async () => {
    const isOne = ({ trial }: AnalyzedTrial): boolean =>
      trial.strategy.name === 'sleep-5' && [2, 4].includes(trial.block);
    const result = changed(await run(), isOne, makeVoid);
    expect(result.strategies.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'void']);
    expect(result.verdict).toBe('void');
    expect(result.headline).toMatch(
      /Trials of “sleep-5” could not be measured\. Trial \d+ \(sleep-5\) is void\. ./,
    );
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

describe('the answer for each load', () => {
  const watched = (changes: Partial<SyntheticOptions> = {}): Promise<RunResult> =>
    run({
      watched: true,
      blocks: 2,
      strategies: [
        { name: 'none', preStopSeconds: 0, routedMs: 300 },
        { name: 'sleep-2', preStopSeconds: 2 },
        { name: 'drain-2', preStopSeconds: 0, drainSeconds: 2 },
      ],
      ...changes,
    });
  const standings = ({ cells }: RunResult, load: string): readonly (readonly string[])[] =>
    cells.filter((cell) => cell.load === load).map(({ strategy, standing }) => [strategy, standing]);

  it('comes from margins, however few the trials: what loses, what is at risk, what holds', async () => {
    const result = await watched();
    expect(standings(result, 'fresh')).toEqual([
      ['none', 'loses'],
      ['sleep-2', 'holds'],
      ['drain-2', 'holds'],
    ]);
    expect(standings(result, 'keep-alive')).toEqual([
      ['none', 'at-risk'],
      ['sleep-2', 'at-risk'],
      ['drain-2', 'holds'],
    ]);
    expect(result).toMatchObject({ verdict: 'pass', recommendation: { strategy: 'drain-2' } });
    expect(result.headline).toBe(
      '“drain-2” is enough: it holds for every load, with 1.67 s to spare; with “none” requests failed in 2 of 2 Pod deletions.',
    );
  });

  it('names for each load the cheapest that holds, with its margin and its cost', async () => {
    const { recommendation } = await watched();
    expect(recommendation.loads.map(({ load, strategy, sentence }) => [load, strategy, sentence])).toEqual([
      ['fresh', 'sleep-2', '“sleep-2” holds, with 1.67 s to spare (a Pod takes 2.00 s longer to shut down).'],
      [
        'keep-alive',
        'drain-2',
        'only “drain-2” holds, with 1.67 s to spare (a Pod takes 2.00 s longer to shut down).',
      ],
    ]);
  });

  it('says what would hold where none does, and that it was not tried', async () => {
    const { headline, verdict, recommendation } = await watched({
      strategies: [
        { name: 'none', preStopSeconds: 0, routedMs: 300 },
        { name: 'sleep-2', preStopSeconds: 2 },
      ],
    });
    expect(verdict).toBe('fail');
    expect(recommendation.strategy).toBeNull();
    expect(headline).toBe('None of the 2 strategies holds for every load: “sleep-2” does for fresh.');
    expect(recommendation.loads[1]?.sentence).toMatch(
      /^none of these settings holds\. “sleep-2” comes closest: no request failed in 2 Pod deletions \(less than 77\.6 % do, at 95 %\), and kept-alive connections were ended without notice \(6 connections of \S+\)\. What helps: No preStop does, however long: the app must answer with Connection: close for longer than 19\d ms, the longest that a connection was idle, before it ends them\. It was not tried\.$/,
    );
  });

  it('computes the delay that would have been enough, where no setting is long enough', async () => {
    const { recommendation, needs } = await watched({
      loads: ['fresh'],
      strategies: [{ name: 'none', preStopSeconds: 0, routedMs: 300 }],
    });
    expect(needs).toMatchObject([{ disruption: 'delete', unknown: 0, neverDropped: 0 }]);
    expect(recommendation.loads[0]?.sentence).toMatch(
      /^“none” does not hold: requests failed in 2 of 2 Pod deletions, and a node still sent to a Pod that no longer listened .*What helps: A preStop that sleeps 1 s does: 3\d\d ms would have been enough in all 2 trials \(the last node’s rules were gone 3\d\d ms after the delete at worst; at least 22\.4 % of deletions are no slower, at 95 %\)\. It was not tried\.$/,
    );
  });

  it('is unknown where a node was not watched, and says how many more trials would do without', async () => {
    const result = await run({ blocks: 5, maxFailingTrials: 0.1, loads: ['fresh'] });
    expect(standings(result, 'fresh')[1]).toEqual(['sleep-2', 'unknown']);
    expect(result.verdict).toBe('inconclusive');
    expect(result.recommendation.loads[0]).toMatchObject({ standing: 'unknown', moreTrials: 24 });
    expect(result.recommendation.loads[0]?.sentence).toMatch(
      /^with “sleep-2” no request failed in 5 Pod deletions .* 24 more trials without a failure would show less than 10\.0 %\.$/,
    );
  });

  it('says of which loads it is known, where it is of some', async () => {
    const before = await watched({ blocks: 5, maxFailingTrials: 0.1 });
    const unheard = (trial: AnalyzedTrial): AnalyzedTrial => ({
      ...trial,
      margins: trial.margins.map((margins) => ({
        ...margins,
        hazards: margins.hazards.map((each) =>
          each.hazard === 'cut-unannounced' ? { ...each, state: 'unknown' as const, count: 0 } : each,
        ),
      })),
    });
    const result = changed(before, () => true, unheard);
    expect(result.verdict).toBe('inconclusive');
    expect(result.headline).toBe(
      '“sleep-2” holds for fresh; for keep-alive there are too few trials to say.',
    );
  });

  it('does not count failures that the controls show as well against a strategy', async () => {
    const before = await run({ watched: true, blocks: 6, loads: ['fresh'] });
    const [failure] = before.trials.flatMap(({ failures }) => failures);
    if (failure === undefined) throw new Error('some request fails');
    const overload = { ...failure, attribution: { ...failure.attribution, cause: 'overload' as const } };
    const stalls = (trial: AnalyzedTrial): AnalyzedTrial => ({
      ...trial,
      failures: [overload],
      loads: trial.loads.map((load) => ({ ...load, failed: 1, failedAfterRetry: 1, failing: true })),
    });
    const isOne = ({ trial }: AnalyzedTrial): boolean =>
      trial.block === 3 && (trial.role === 'negative-control' || trial.strategy.name === 'sleep-5');
    const result = changed(before, isOne, stalls);
    expect(standings(result, 'fresh')).toEqual([
      ['none', 'loses'],
      ['sleep-2', 'holds'],
      ['sleep-5', 'unknown'],
    ]);
    expect(result.findings).toMatchObject([{ code: 'negative-control-failed', severity: 'warning' }]);
    expect(result.verdict).toBe('pass');
  });
});

describe('churn controls', () => {
  /** The run with as many churn controls as negative ones; in those blocks it, and that strategy, lost one request to `cause`. */
  async function withChurn(blocks: readonly number[], cause: Cause, ofStrategy: Cause): Promise<RunResult> {
    const before = await run({ watched: true, blocks: 6, loads: ['fresh'] });
    const [failure] = before.trials.flatMap(({ failures }) => failures);
    if (failure === undefined) throw new Error('some request fails');
    const lose = (trial: AnalyzedTrial, why: Cause): AnalyzedTrial => ({
      ...trial,
      verdict: 'fail',
      failures: [{ ...failure, attribution: { ...failure.attribution, cause: why } }],
      loads: trial.loads.map((load) => ({ ...load, failed: 1, failedAfterRetry: 1, failing: true })),
    });
    const all = before.trials.flatMap((each) => {
      const { trial } = each;
      const met = blocks.includes(trial.block);
      if (trial.strategy.name === 'sleep-5' && met) return [lose(each, ofStrategy)];
      if (trial.role !== 'negative-control') return [each];
      const planned = {
        ...{ ...trial, role: 'churn-control' as const, number: 1000 + trial.number },
        ...{ disruption: { type: 'churn' as const }, strategy: { ...trial.strategy, name: 'churn-control' } },
      };
      const churn: AnalyzedTrial = { ...each, trial: planned };
      return [each, met ? lose(churn, cause) : churn];
    });
    return summarizeRun({ ...before.manifest, state: 'interrupted' }, all);
  }
  const sleep5 = (result: RunResult) => result.cells.find(({ strategy }) => strategy === 'sleep-5')?.standing;
  const said = ({ findings }: RunResult) =>
    findings
      .filter(({ code }) => code === 'churn-control-failed')
      .map(({ severity, message }) => [severity, message]);

  it('say nothing where nothing fails in them, and stand beside the others', async () => {
    const result = await withChurn([], 'overload', 'overload');
    expect(said(result)).toEqual([]);
    expect(result.controls.map(({ role, trials, verdict }) => [role, trials, verdict])).toEqual([
      ['negative-control', 6, 'pass'],
      ['positive-control', 6, 'pass'],
      ['churn-control', 6, 'pass'],
    ]);
  });

  it('void nothing, and take from a strategy what fails in the same way while only other Pods start', async () => {
    const result = await withChurn([2, 4, 5], 'overload', 'overload');
    expect(sleep5(result)).toBe('unknown');
    expect(result.verdict).not.toBe('void');
    expect(result.controls[2]).toMatchObject({
      ...{ role: 'churn-control', failingTrials: 3, failedRequests: 3, verdict: 'inconclusive' },
      explanation: 'no failure expected: requests failed in 3 of 6 trials',
    });
    const [[severity, message] = []] = said(result);
    expect(severity).toBe('warning');
    expect(message).toMatch(
      /^While only other Pods came and went 3 requests were lost in 3 of 6 churn controls \(trials .*\)\. Other Pods alone fail requests here, in more than 1\.0 % of the trials\. What fails in the same way elsewhere is not held against a strategy\.$/,
    );
  });

  it('leave with a strategy what fails for another cause', async () => {
    const result = await withChurn([2, 4, 5], 'overload', 'listener-closed-still-routed');
    expect(sleep5(result)).toBe('loses');
  });
});

describe('the controls', () => {
  it('are judged as a rate: two failing ones of 59 are a warning, three void the run', async () => {
    const { manifest, trials } = await run({ watched: true, blocks: 1, loads: ['fresh'] });
    const [failure] = trials.flatMap(({ failures }) => failures);
    if (failure === undefined) throw new Error('some request fails');
    const with59 = (failing: number): RunResult => {
      const all = Array.from({ length: 59 }, (_, block) =>
        trials.map((trial): AnalyzedTrial => {
          const planned = {
            ...trial.trial,
            block: block + 1,
            number: block * trials.length + trial.trial.number,
          };
          const fails = trial.trial.role === 'negative-control' && block < failing;
          const failures = fails ? [failure] : trial.failures;
          const loads = fails
            ? trial.loads.map((load) => ({ ...load, failed: 1, failedAfterRetry: 1, failing: true }))
            : trial.loads;
          return { ...trial, trial: planned, failures, loads };
        }),
      );
      return summarizeRun({ ...manifest, state: 'interrupted' }, all.flat());
    };
    const said = (result: RunResult) =>
      result.findings
        .filter(({ code }) => code === 'negative-control-failed')
        .map(({ severity }) => severity);
    expect(said(with59(0))).toEqual([]);
    expect(said(with59(1))).toEqual(['warning']);
    expect(said(with59(2))).toEqual(['warning']);
    expect(said(with59(3))).toEqual(['void']);
    expect(with59(2).controls[0]).toMatchObject({ failingTrials: 2, trials: 59, verdict: 'inconclusive' });
  });

  it('may be void themselves up to a fifth', async () => {
    const isNegative = ({ trial }: AnalyzedTrial): boolean => trial.role === 'negative-control';
    const some =
      (...blocks: readonly number[]) =>
      async (): Promise<RunResult> =>
        changed(await run(), (trial) => isNegative(trial) && blocks.includes(trial.trial.block), makeVoid);
    const one = await some(2)();
    expect(one.verdict).toBe('pass');
    expect(one.findings[0]).toMatchObject({ code: 'negative-control-void', severity: 'warning' });
    const two = await some(2, 3)();
    expect(two.verdict).toBe('void');
    expect(two.findings[0]).toMatchObject({ code: 'negative-control-void', severity: 'void' });
  });
});

describe('figures of a cell', () => {
  it('count what failed for each Pod that went, as if the load had sent 100 requests a second', async () => {
    const result = await run({ loads: ['fresh'], ratePerSecond: 50 });
    const cell = result.cells.find(({ strategy }) => strategy === 'none');
    expect(cell?.failedPerDeletionAt100).toBeCloseTo(((cell?.failedRequests ?? 0) / 5) * 2, 6);
    expect(result.cells.find(({ strategy }) => strategy === 'sleep-5')?.failedPerDeletionAt100).toBe(0);
  });

  it('take a load without a pace by the rate that it had', async () => {
    const { manifest, trials } = await run({ loads: ['fresh'], ratePerSecond: 50 });
    const { spec } = manifest.scenario;
    const loads = spec.loads.map((load) => ({
      ...load,
      engine: 'autocannon' as const,
      ratePerSecond: undefined,
    }));
    const scenario = { ...manifest.scenario, spec: { ...spec, loads } };
    const [cell] = summarizeRun({ ...manifest, scenario }, trials).cells;
    const paced = summarizeRun(manifest, trials).cells[0]?.failedPerDeletionAt100 ?? 0;
    expect((cell?.failedPerDeletionAt100 ?? 0) / paced).toBeCloseTo(1, 1);
  });

  it('have a lost window that lasts until the outcome of the last failed request', async () => {
    const result = await run({ loads: ['fresh'] });
    const [trial] = result.trials.filter(
      ({ trial: { strategy, role } }) => strategy.name === 'none' && role === 'comparison',
    );
    const starts = trial?.failures.map(({ startNs }) => startNs ?? 0) ?? [];
    const ends = trial?.failures.map(({ endNs }) => endNs ?? 0) ?? [];
    const [load] = trial?.loads ?? [];
    expect(load?.lostWindowMs).toBeCloseTo((Math.max(...ends) - Math.min(...starts)) / 1e6, 6);
    expect(Math.max(...ends)).toBeGreaterThan(Math.max(...starts));
    const [cell] = result.cells;
    expect(cell?.lostWindowMs.max).toBeGreaterThanOrEqual((Math.max(...ends) - Math.min(...starts)) / 1e6);
  });
});

describe('what the clients of a load made good by themselves', () => {
  /** Each of those trials lost as many requests as it says; all others that failed were repeated and answered. */
  const repeated = (of: (trial: AnalyzedTrial) => number) => (trial: AnalyzedTrial) => {
    const remain = of(trial);
    return {
      ...trial,
      verdict: remain > 0 ? ('fail' as const) : ('pass' as const),
      failures: trial.failures.map((failure, index) => ({ ...failure, recovered: index >= remain })),
      loads: trial.loads.map((load) => ({ ...load, failedAfterRetry: remain, failing: remain > 0 })),
    };
  };

  it('weighs nothing against a strategy: neither in its trials, nor in blocks, nor where it is ranked', async () => {
    const before = await run({
      loads: ['fresh'],
      blocks: 10,
      strategies: [
        { name: 'sleep-5', preStopSeconds: 5 },
        { name: 'none', preStopSeconds: 0, routedMs: 300 },
      ],
    });
    const result = summarizeRun(
      before.manifest,
      before.trials.map((trial) => (trial.trial.role === 'comparison' ? repeated(() => 0)(trial) : trial)),
    );
    const [, none] = result.cells;
    expect(before.cells[1]).toMatchObject({
      failingTrials: 10,
      comparison: { failures: { answer: 'worse' } },
    });
    expect(none).toMatchObject({
      failingTrials: 0,
      failedRequests: before.cells[1]?.failedRequests,
      failedAfterRetry: 0,
      failedPerDeletionAt100: 0,
      lostWindowMs: { median: null, max: null },
      comparison: { onlyThisFailed: 0, failingTrials: { p: 1 }, failures: { answer: 'inconclusive', p: 1 } },
    });
  });

  it('leaves the strategy with the fewer lost requests as the one that comes closest', async () => {
    const before = await run({
      loads: ['fresh'],
      strategies: [
        { name: 'a', preStopSeconds: 0, routedMs: 100 },
        { name: 'b', preStopSeconds: 0, routedMs: 900 },
      ],
    });
    const failed = before.cells.map(({ failedRequests }) => failedRequests);
    expect(failed[0]).toBeLessThan(failed[1] ?? 0);
    expect(before.recommendation.loads[0]?.closest).toBe('a');
    const left: Readonly<Record<string, number>> = { a: 2, b: 1 };
    const result = summarizeRun(
      before.manifest,
      before.trials.map((trial) =>
        trial.trial.role === 'comparison'
          ? repeated(({ trial: { strategy } }) => left[strategy.name] ?? 0)(trial)
          : trial,
      ),
    );
    expect(result.recommendation.loads[0]?.closest).toBe('b');
  });

  it('is no failure of a negative control, and yet shows in a positive one that failures are seen', async () => {
    const before = await run({ loads: ['fresh'] });
    const [failure] = before.trials.flatMap(({ failures }) => failures);
    if (failure === undefined) throw new Error('some request fails');
    const again = { ...failure, recovered: true };
    const two = (trial: AnalyzedTrial): AnalyzedTrial => ({
      ...trial,
      failures: [again, again],
      loads: trial.loads.map((load) => ({ ...load, failed: 2, failedAfterRetry: 0, failing: false })),
    });
    const { controls, findings } = changed(before, ({ trial }) => trial.role !== 'comparison', two);
    expect(findings).toEqual([]);
    expect(controls).toMatchObject([
      { role: 'negative-control', failingTrials: 0, failedRequests: 0, verdict: 'pass' },
      { role: 'positive-control', failingTrials: 5, failedRequests: 10, verdict: 'pass' },
    ]);
    const lostOne = (trial: AnalyzedTrial): AnalyzedTrial => ({
      ...trial,
      failures: [again, { ...failure, id: 99 }],
      loads: trial.loads.map((load) => ({ ...load, failed: 2, failedAfterRetry: 1, failing: true })),
    });
    const isFirst = ({ trial }: AnalyzedTrial): boolean =>
      trial.role === 'negative-control' && trial.block === 1;
    const lost = changed(before, isFirst, lostOne);
    const number = before.trials.find(isFirst)?.trial.number ?? 0;
    expect(lost.findings[0]?.message).toBe(
      `Without any disruption 1 request was lost in 1 of 5 negative controls (trial ${number}; 1 ${failure.outcome}; the first is ${number}/fresh-99): something else fails requests here, in more than 1.0 % of the trials.`,
    );
  });
});

describe('the comparison with the reference', () => {
  it('counts what could not be sent for want of a connection as lost, however little it was', async () => {
    const { manifest, trials } = await run({ loads: ['fresh'], blocks: 8 });
    const score = (strategy: string, failed: number, heldUp: number) => (trial: AnalyzedTrial) => {
      if (trial.trial.role !== 'comparison' || trial.trial.strategy.name !== strategy) return trial;
      return {
        ...trial,
        loads: trial.loads.map((load) => ({
          ...load,
          failed,
          failedAfterRetry: failed,
          heldUp,
          failing: failed > 0,
        })),
      };
    };
    const scored = trials
      .map(score('none', 50, 0))
      .map(score('sleep-2', 1, 90))
      .map(score('sleep-5', 0, 40));
    const { cells } = summarizeRun(manifest, scored);
    expect(cells.map(({ comparison }) => comparison?.failures.answer)).toEqual([
      undefined,
      'worse',
      'better',
    ]);
    expect(cells.map(({ comparison }) => comparison?.failingTrials.answer)).toEqual([
      undefined,
      'inconclusive',
      'better',
    ]);
  });

  it('is inconclusive with five blocks, and says that no difference could have been shown', async () => {
    const result = await run({ loads: ['fresh'] });
    const cell = result.cells.find(({ strategy }) => strategy === 'sleep-2');
    expect(cell?.comparison).toMatchObject({
      reference: 'none',
      blocks: 5,
      blocksNeeded: 8,
      questions: 4,
      onlyReferenceFailed: 5,
      onlyThisFailed: 0,
      failingTrials: { answer: 'inconclusive', p: 0.0625, pHolm: 0.25 },
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
  ])('follows from the strategies: %s', (_, strategies, verdict) => {
    expect(judgeRun(strategies, [])).toBe(verdict);
  });
});
