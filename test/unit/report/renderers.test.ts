import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import { contractsCsv } from '../../../src/report/contracts-csv.ts';
import { describeScore } from '../../../src/report/describe-score.ts';
import { failuresCsv } from '../../../src/report/failures-csv.ts';
import { formatCount } from '../../../src/report/format-count.ts';
import { formatP } from '../../../src/report/format-p.ts';
import { formatPair } from '../../../src/report/format-pair.ts';
import { failureLanes } from '../../../src/report/html/failure-ticks.ts';
import { timeAxis } from '../../../src/report/html/time-axis.ts';
import { junitXml } from '../../../src/report/junit-xml.ts';
import { reproduceCommand } from '../../../src/report/reproduce-command.ts';
import { summaryMarkdown } from '../../../src/report/summary-markdown.ts';
import { terminalTable } from '../../../src/report/terminal-table.ts';
import { significant, toCsv } from '../../../src/report/to-csv.ts';
import { trialsCsv } from '../../../src/report/trials-csv.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
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
    expect(suites).toHaveLength(3);
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
    expect(passing).toContain('<skipped message="need not pass: requests failed in 2 of 2 trials');
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
