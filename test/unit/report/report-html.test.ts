import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { RunResult } from '../../../src/analyze/run-result.ts';
import { embedJson } from '../../../src/report/html/embed-json.ts';
import { placeLabels } from '../../../src/report/html/place-labels.ts';
import { timeAxis } from '../../../src/report/html/time-axis.ts';
import { reportHtml } from '../../../src/report/report-html.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { hostileResult } from './hostile-result.ts';

describe('report.html', () => {
  it('names nothing outside itself', async () => {
    const html = reportHtml(await analyzeSynthetic(smallSyntheticRun()));
    expect(html).not.toMatch(/(src|href)="(?!#|data:)/);
    expect(html).not.toMatch(/url\(|@import|https?:\/\//);
    expect(html).toContain("default-src 'none'");
  });

  it('lets no hostile text become markup', async () => {
    const html = reportHtml(await hostileResult());
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<script>alert');
    expect(html.split('</script>')).toHaveLength(3);
  });

  it('stays small when a trial has 50,000 failures, and says what is only in the CSV', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const html = reportHtml(withFailures(result, 50_000));
    expect(html.length).toBeLessThan(1_500_000);
    expect(html).toMatch(/\d+ of 50,000 rows are in this page; all are in failures\.csv/);
  });

  it('quotes the evidence of a finding below it, line by line, and escaped', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const [first, ...rest] = result.trials;
    if (first === undefined) throw new Error('a run without trials');
    const unready = {
      code: 'not-ready',
      severity: 'void',
      message: 'Pod web-a was not Ready.',
      detail: ['Warning Unhealthy: Get "http://10.0.0.1:8080/readyz": <refused>', 'log: out of memory'],
    } as const;
    const html = reportHtml({
      ...result,
      trials: [{ ...first, findings: [unready, { ...unready, detail: [] }] }, ...rest],
    });
    const quoted = [...html.matchAll(/<pre class="evidence">([^<]*)<\/pre>/g)].map(([, text]) => text);
    expect(quoted).toEqual([
      'Warning Unhealthy: Get &quot;http://10.0.0.1:8080/readyz&quot;: &lt;refused>\nlog: out of memory',
    ]);
  });

  it('gives what failed for each Pod that went at 100 requests a second, where something did', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const [first, ...rest] = result.cells;
    if (first === undefined) throw new Error('a run without cells');
    const given = (failedPerDeletionAt100: number | null) =>
      reportHtml({
        ...result,
        cells: [
          { ...first, failedPerDeletionAt100 },
          ...rest.map((cell) => ({ ...cell, failedPerDeletionAt100: 0 })),
        ],
      });
    expect(given(24.8)).toContain('>25 for each Pod that went, at 100/s<');
    expect(given(0.0625)).toContain('>0.063 for each Pod that went, at 100/s<');
    expect(given(0)).not.toContain('for each Pod that went');
    expect(given(null)).not.toContain('for each Pod that went');
  });

  it('has a section for each attempt, and an answer in its heading', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const html = reportHtml(result);
    expect(html.split('<details class="trial"')).toHaveLength(result.trials.length + 1);
    expect(/<h1[^>]*>([^<]*)</.exec(html)?.[1]).toContain('Too few trials to say');
  });
});

/** The first failing trial with so many failures, spread over ten seconds. */
function withFailures(result: RunResult, count: number): RunResult {
  const index = result.trials.findIndex(({ failures }) => failures.length > 0);
  return {
    ...result,
    trials: result.trials.map((trial, i) => {
      const [first] = trial.failures;
      if (i !== index || first === undefined) return trial;
      const failures = Array.from({ length: count }, (_, n) => ({
        ...first,
        id: n + 1,
        startNs: (trial.disruptionNs ?? 0) + Math.round((n * 10e9) / count),
      }));
      return { ...trial, failures };
    }),
  };
}

describe('embedded JSON', () => {
  it('cannot end its script element, and is read back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = embedJson(value);
        expect(text).not.toMatch(/[<>\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(embedJson('</script>')).toBe('"\\u003c/script\\u003e"');
  });
});

describe('the time axis', () => {
  const points = fc.array(fc.double({ min: -2000, max: 60_000, noNaN: true }), {
    minLength: 1,
    maxLength: 60,
  });

  it('has a place for every point, from left to right in the order of time', () => {
    fc.assert(
      fc.property(points, (times) => {
        const axis = timeAxis(times, 100, 1000);
        const xs = times.toSorted((a, b) => a - b).map((time) => axis.x(time));
        expect(xs.every((x) => x >= 100 && x <= 1000.001)).toBe(true);
        expect(xs.every((x, i) => i === 0 || x >= (xs[i - 1] ?? 0) - 1e-6)).toBe(true);
      }),
    );
  });

  it('has the same scale on both sides of a break', () => {
    const axis = timeAxis([0, 40, 5000, 5200], 100, 1000);
    expect(axis.segments).toHaveLength(2);
    expect(axis.x(40) - axis.x(0)).toBeCloseTo((axis.x(5200) - axis.x(5000)) / 5, 6);
  });

  it('is whole where points are spread evenly', () => {
    const times = Array.from({ length: 50 }, (_, i) => i * 100);
    expect(timeAxis(times, 0, 900).segments).toHaveLength(1);
  });

  it('has ticks at round figures', () => {
    expect(timeAxis([0, 100, 200, 300, 400], 0, 900).ticks.map(({ ms }) => ms)).toEqual([
      0, 50, 100, 150, 200, 250, 300, 350, 400,
    ]);
  });
});

describe('labels', () => {
  it('never lie on each other within a line', () => {
    const label = fc.record({ x: fc.integer({ min: 100, max: 1000 }), text: fc.string({ maxLength: 30 }) });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 20 }), (labels) => {
        const spans = placeLabels(
          labels.toSorted((a, b) => a.x - b.x),
          1000,
        ).map(({ x, text, anchor, line }) => ({
          line,
          from: anchor === 'start' ? x : x - 7 - text.length * 6,
          to: anchor === 'start' ? x + 7 + text.length * 6 : x,
        }));
        return spans.every((a, i) =>
          spans.every((b, j) => i >= j || a.line !== b.line || a.to <= b.from || b.to <= a.from),
        );
      }),
    );
  });
});
