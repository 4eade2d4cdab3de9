import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import type { RunResult } from '../../../src/analyze/run-result.ts';
import type { DelayNeed } from '../../../src/model/delay-need.ts';
import { contractsCsv } from '../../../src/report/contracts-csv.ts';
import { describeMargin } from '../../../src/report/describe-margin.ts';
import { describeNeed, needLines } from '../../../src/report/describe-need.ts';
import { describeScore } from '../../../src/report/describe-score.ts';
import { failuresCsv } from '../../../src/report/failures-csv.ts';
import { formatCount } from '../../../src/model/format-count.ts';
import { formatP } from '../../../src/report/format-p.ts';
import { formatPair } from '../../../src/report/format-pair.ts';
import { failureLanes } from '../../../src/report/html/failure-ticks.ts';
import { timeAxis } from '../../../src/report/html/time-axis.ts';
import { junitXml } from '../../../src/report/junit-xml.ts';
import { hazardLines } from '../../../src/report/hazard-lines.ts';
import { marginsCsv } from '../../../src/report/margins-csv.ts';
import { reproduceCommand } from '../../../src/report/reproduce-command.ts';
import { summaryMarkdown } from '../../../src/report/summary-markdown.ts';
import { terminalTable } from '../../../src/report/terminal-table.ts';
import { significant, toCsv } from '../../../src/report/to-csv.ts';
import { trialsCsv } from '../../../src/report/trials-csv.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { synthesizeRun } from '../analyze/synthesize-run.ts';
import { artifactTexts } from './artifact-texts.ts';
import { HOSTILE, hostileResult } from './hostile-result.ts';

const rows = (csv: Iterable<string>): Record<string, string>[] => parse([...csv].join(''), { columns: true });

describe('a CSV table', () => {
  it('carries the schema version in its first column', async () => {
    for (const { path, content } of artifactTexts(await analyzeSynthetic(smallSyntheticRun()))) {
      if (path.endsWith('.csv')) expect(content.startsWith('schemaVersion,'), path).toBe(true);
    }
  });

  it('keeps hostile text in its cell, and gives a spreadsheet no formula', async () => {
    const [row] = rows(failuresCsv(await hostileResult()));
    expect(row?.['pod']).toBe(`'=${HOSTILE}`);
    expect(row?.['path']).toBe(`/${HOSTILE}`);
  });

  it('leaves negative numbers alone', () => {
    expect([...toCsv(['a', 'b'], [[-1.5, null]])]).toEqual(['schemaVersion,a,b\n1,-1.5,\n']);
  });

  it('is given in pieces, so that no table is too large for one text', () => {
    const many = Array.from({ length: 2500 }, (_, index) => [index]);
    const chunks = [...toCsv(['a'], many)];
    expect(chunks).toHaveLength(3);
    expect(rows(chunks)).toHaveLength(2500);
  });

  it('quotes what would end a cell or a line', () => {
    const [row] = rows(toCsv(['a', 'b', 'c'], [['x,"y"', 'two\nlines', '＝1+1']]));
    expect(row).toEqual({ schemaVersion: '1', a: 'x,"y"', b: 'two\nlines', c: "'＝1+1" });
  });

  it('has one line for each failed request, whose counts add up with the trials’', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const failed = rows(trialsCsv(result)).reduce((sum, row) => sum + Number(row['failed']), 0);
    expect(rows(failuresCsv(result))).toHaveLength(failed);
    expect(failed).toBeGreaterThan(0);
  });
});

describe('trials.csv', () => {
  it('has a line for a trial that has no ledger', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const [trial] = result.trials;
    if (trial === undefined) throw new Error('the run has trials');
    const [row] = rows(trialsCsv({ ...result, trials: [{ ...trial, verdict: 'void', loads: [] }] }));
    expect(row).toMatchObject({
      trial: '1',
      load: '',
      verdict: 'void',
      intended: '',
      directory: trial.directory,
    });
  });
});

describe('margins', () => {
  const watched = (): Promise<RunResult> =>
    analyzeSynthetic(
      synthesizeRun({
        name: 'margins',
        strategies: [
          { name: 'none', preStopSeconds: 0, routedMs: 300 },
          { name: 'drain-2', preStopSeconds: 0, drainSeconds: 2 },
        ],
        blocks: 1,
        ratePerSecond: 50,
        baselineMs: 500,
        tailMs: 300,
        seed: 3,
        watched: true,
      }),
    );

  it('are in margins.csv for each hazard as a whole, and for each Pod, node and connection', async () => {
    const all = rows(marginsCsv(await watched()));
    const of = (strategy: string, load: string, hazard: string) =>
      all.filter(
        (row) =>
          row['role'] === 'comparison' &&
          row['strategy'] === strategy &&
          row['load'] === load &&
          row['hazard'] === hazard,
      );
    const routed = of('none', 'fresh', 'still-routed');
    expect(routed.map((row) => [row['node'], row['state']])).toEqual([
      ['', 'there'],
      ['node-1', 'there'],
      ['node-2', 'there'],
    ]);
    expect(Number(routed[0]?.['marginMs'])).toBe(Number(routed[2]?.['marginMs']));
    expect(Number(routed[1]?.['marginMs'])).toBeLessThan(-250);
    const [whole, ...cut] = of('none', 'keep-alive', 'cut-unannounced');
    expect(whole).toMatchObject({ state: 'there', count: String(cut.length), connection: '' });
    expect(cut.every((row) => row['connection'] !== '' && row['met'] === 'false')).toBe(true);
    expect(of('drain-2', 'keep-alive', 'cut-unannounced')).toMatchObject([{ state: 'none', count: '0' }]);
    expect(of('drain-2', 'keep-alive', 'cut-in-hand')[1]).toMatchObject({
      state: 'none',
      detail: 'until its deadline',
    });
    expect(all.some((row) => row['role'] === 'negative-control')).toBe(false);
  });

  it('come first: on the terminal, in the summary and on the page each load has its answer', async () => {
    const result = await watched();
    const keepAlive =
      /keep-alive\S*: only “drain-2” holds, with 1\.\d\d s to spare \(a Pod takes 2\.\d\d s longer/;
    expect(terminalTable(result, { colour: false })).toMatch(keepAlive);
    expect(terminalTable(result, { colour: false })).toMatch(/^none +keep-alive +at risk +−\d+ ms /m);
    expect(summaryMarkdown(result)).toMatch(
      /^- ✅ \*\*keep-alive\*\*: only “drain-2” holds, with 1\.\d\d s/m,
    );
    const [page] = artifactTexts(result).filter(({ path }) => path === 'report.html');
    expect(page?.content).toMatch(/<strong>keep-alive<\/strong>: only “drain-2” holds/);
  });

  it('say what could have met a request, and with which strategies', async () => {
    const result = await watched();
    expect(hazardLines(result)).toEqual([
      'fresh: a node still sent to a Pod that no longer listened, with none',
      'keep-alive: a node still sent to a Pod that no longer listened, with none',
      'keep-alive: kept-alive connections were ended without notice, with none',
    ]);
    const line = 'keep-alive: kept-alive connections were ended without notice, with none';
    expect(terminalTable(result, { colour: false })).toContain(`  ${line}\n`);
    expect(summaryMarkdown(result)).toContain(`- ${line}\n`);
  });

  it('say for how long Pods are sent to after their delete, whatever the strategy', async () => {
    const result = await watched();
    const [line] = needLines(result);
    expect(line).toMatch(
      /^3\d\d ms at worst in 2 trials \(median \d+ ms; trial \d on node-2\): at least 22\.4 % of deletions are no slower, at 95 %; a delay of 3\d\d ms would have been enough in all of them$/,
    );
    expect(terminalTable(result, { colour: false })).toContain(line ?? '?');
    const [page] = artifactTexts(result).filter(({ path }) => path === 'report.html');
    expect(page?.content).toContain(`Pods are still sent to after their delete for ${line ?? '?'}.`);
  });

  it('say of how many trials it is not known, or never came to an end', () => {
    const gone = { trial: 7, strategy: 's', ms: 1280, uncertaintyMs: 3, pod: 'a', node: 'node2' };
    const need: DelayNeed = {
      disruption: 'delete',
      trials: [{ ...gone, lastSyncBeforeMs: 3100, othersChanges: null }],
      ...{ unknown: 2, neverDropped: 1, actedBefore: 0, medianMs: 1280, coveredShare: 0.05 },
      ...{ closesAfterMs: 20, neededMs: null },
    };
    expect(describeNeed(need)).toBe(
      '1.28 s at worst in 1 trial (median 1.28 s; trial 7 on node2, whose kube-proxy had last synced 3.10 s before): at least 5.0 % of deletions are no slower, at 95 %; in 1 more trial a node still sent to a Pod when the trial ended; not known of 2 more trials',
    );
    expect(describeNeed({ ...need, trials: [], coveredShare: null })).toBeNull();
  });

  it('say whether deletions were slower where other trials had kept the kube-proxies busy', () => {
    const gone = {
      trial: 7,
      strategy: 's',
      uncertaintyMs: 3,
      pod: 'a',
      node: 'node2',
      lastSyncBeforeMs: null,
    };
    const trials = [
      { ...gone, ms: 1300, othersChanges: 2 },
      { ...gone, ms: 1100, othersChanges: 1 },
      { ...gone, ms: 900, othersChanges: 0 },
      { ...gone, ms: 800, othersChanges: null },
    ];
    const need: DelayNeed = {
      ...{ disruption: 'delete', trials, unknown: 0, neverDropped: 0, actedBefore: 0, medianMs: 1000 },
      ...{ coveredShare: 0.47, closesAfterMs: 20, neededMs: null },
    };
    expect(describeNeed(need)).toContain(
      '; a change of another trial came within the second before in 2 trials: median 1.20 s in these, 900 ms in 1 other',
    );
  });

  it('are not answers of a run that proves nothing', async () => {
    const result = await watched();
    const text = terminalTable({ ...result, verdict: 'void' }, { colour: false });
    expect(text).not.toMatch(/^ +holds +fresh: /m);
    expect(terminalTable(result, { colour: false })).toMatch(/^ +holds +fresh: /m);
  });

  it('have a question mark where not every node was watched, and none where nothing is known', () => {
    const cell = (state: 'none' | 'unknown', ms: number | null) => ({
      hazards: [
        {
          ...{ hazard: 'still-routed' as const, state, there: 0, none: 1, unknown: 0, count: 0 },
          ...{ worst: ms === null ? null : { ms, uncertaintyMs: 1 }, trial: null, detail: '' },
        },
      ],
    });
    expect(describeMargin(cell('none', 910))).toBe('+910 ms');
    expect(describeMargin(cell('unknown', 910))).toBe('+910 ms?');
    expect(describeMargin(cell('unknown', null))).toBe('–');
    expect(describeMargin({ hazards: [] })).toBe('–');
  });
});

describe('contracts.csv', () => {
  it('names the disruption as every other table does', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const disruption = { type: 'delete-many' as const, pods: 2 };
    const trials = result.trials.map((each) => ({ ...each, trial: { ...each.trial, disruption } }));
    const names = rows(contractsCsv({ ...result, trials })).map((row) => row['disruption']);
    expect(new Set(names)).toEqual(new Set(['delete-many-2']));
  });
});

describe('the marks of a timeline', () => {
  it('can stand for more failures than a call takes arguments', async () => {
    const [failure] = (await analyzeSynthetic(smallSyntheticRun())).trials.flatMap(
      ({ failures }) => failures,
    );
    if (failure === undefined) throw new Error('the run has failures');
    const startNs = failure.startNs ?? failure.intendedNs;
    const many = Array.from({ length: 200_000 }, (_, index) => ({
      ...failure,
      startNs: startNs + (index % 1000),
    }));
    const [lane] = failureLanes(many, startNs, timeAxis([0, 100], 0, 1000));
    expect(lane?.ticks[0]).toMatchObject({ firstMs: 0, lastMs: 0.000999 });
  });
});

describe('junit.xml', () => {
  it('counts what it contains', async () => {
    const xml = junitXml(await analyzeSynthetic(smallSyntheticRun()));
    const suites = xml.split('<testsuite ').slice(1);
    for (const suite of suites) {
      const count = (name: string): number => Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1]);
      expect(suite.split('<testcase ').length - 1).toBe(count('tests'));
      expect(suite.split('<skipped ').length - 1).toBe(count('skipped'));
      expect(suite.split('<failure ').length - 1).toBe(count('failures'));
      expect(suite.split('<error ').length - 1).toBe(count('errors'));
    }
    expect(suites).toHaveLength(4);
  });

  it('is an error where the run is void, and a failure where strategies fail the run', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    expect(junitXml({ ...result, verdict: 'void' })).toContain('<error message="');
    const cells = result.cells.map((cell) => ({ ...cell, verdict: 'fail' as const }));
    expect(junitXml({ ...result, cells, verdict: 'fail' })).toContain('failures="4" errors="0"');
  });

  it('says like the exit code that a strategy need not pass, when another does or another must', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const cells = result.cells.map((cell) => ({ ...cell, verdict: 'fail' as const }));
    const passing = junitXml({ ...result, cells, verdict: 'pass' });
    expect(passing).not.toContain('<failure');
    expect(passing).toContain('<skipped message="need not pass: loses: requests failed in 2 of 2 trials');
    const strategies = result.strategies.map((each) => ({
      ...each,
      strategy: { ...each.strategy, mustPass: each.name === 'sleep-2' },
    }));
    expect(junitXml({ ...result, cells, strategies, verdict: 'fail' })).toContain(
      'tests="4" failures="2" errors="0" skipped="2"',
    );
  });

  it('lets no text out of its attribute, and nothing in that XML does not know', async () => {
    const xml = junitXml(await hostileResult());
    expect(xml).not.toContain('<script');
    // eslint-disable-next-line no-control-regex -- the characters that XML 1.0 forbids
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  });
});

describe('summary.md', () => {
  it('lets no markup and no table border in', async () => {
    const markdown = summaryMarkdown(await hostileResult());
    expect(markdown).not.toMatch(/<(script|img)/);
    const table = markdown.split('\n').filter((line) => line.startsWith('| '));
    expect(new Set(table.map((line) => line.split(/(?<!\\)\|/).length)).size).toBe(1);
  });
});

describe('the terminal table', () => {
  it('gives no escape sequence of others to the terminal', async () => {
    const text = terminalTable(await hostileResult(), { colour: false });
    // eslint-disable-next-line no-control-regex -- an escape sequence begins with a control character
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('tells of which disruption a cause is, where there are several', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const { manifest } = result;
    const { spec } = manifest.scenario;
    const disruptions = [...spec.disruptions, { type: 'delete-many' as const, pods: 2 }];
    const scenario = { ...manifest.scenario, spec: { ...spec, disruptions } };
    const text = terminalTable({ ...result, manifest: { ...manifest, scenario } }, { colour: false });
    expect(text).toContain('  none, delete, fresh: 11 sent to a Pod');
  });

  it('says the same with colour and without', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const coloured = terminalTable(result, { colour: true });
    expect(coloured).toContain('\u001b[');
    // eslint-disable-next-line no-control-regex -- colours are what is taken out
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(terminalTable(result, { colour: false }));
  });
});

describe('words and figures', () => {
  it('never call nothing seen 0 %', async () => {
    const { cells } = await analyzeSynthetic(smallSyntheticRun());
    const score = cells.filter(({ failingTrials }) => failingTrials === 0).map(describeScore);
    expect(score[0]).toEqual({
      count: '0 of 2',
      bound: '< 77.6 %',
      more: '57 more for < 5 %, 297 more for < 1 %',
    });
  });

  it('never call a p value 0', () => {
    expect([0.0312, 0.00099, 1e-9].map(formatP)).toEqual(['0.031', '< 0.001', '< 0.001']);
    expect([0.0312, 1.23456789e-9, null].map(significant)).toEqual([0.0312, 1.23457e-9, null]);
  });

  it('say a unit once where both figures have it', () => {
    expect([formatPair(21, 39), formatPair(8, 1200), formatPair(null, null), formatPair(null, 3)]).toEqual([
      '21 → 39 ms',
      '8.0 ms → 1.20 s',
      '–',
      '– → 3.0 ms',
    ]);
  });

  it('group thousands alike in every locale', () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  it('quote a command so that a shell takes it as it was', async () => {
    const { manifest } = await analyzeSynthetic(smallSyntheticRun());
    const argv = ['run', "it's here.yaml", '--seed', '7'];
    expect(reproduceCommand({ ...manifest, argv })).toBe(`drainbench run 'it'\\''s here.yaml' --seed 7`);
  });
});
