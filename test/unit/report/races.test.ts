import { describe, expect, it } from 'vitest';

import { races } from '../../../src/report/html/races.ts';
import { reportHtml } from '../../../src/report/report-html.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { synthesizeRun } from '../analyze/synthesize-run.ts';

const RUN = synthesizeRun({
  ...{ name: 'races', blocks: 3, ratePerSecond: 20, baselineMs: 500, tailMs: 500, seed: 7, watched: true },
  strategies: [
    { name: 'none', preStopSeconds: 0, routedMs: 400 },
    { name: 'sleep-2', preStopSeconds: 2, routedMs: 400 },
  ],
});

describe('the picture of the race between routing and listener', () => {
  it('has each strategy with the ends of its own Pods, and what was lost only where the listener was first', async () => {
    const result = await analyzeSynthetic(RUN);
    const [none, sleeps, ...more] = races(result);
    expect(more).toEqual([]);
    if (none === undefined || sleeps === undefined) throw new Error('a race is missing');
    expect([none.strategy, sleeps.strategy]).toEqual(['none', 'sleep-2']);
    expect(none.listenedUntilMs).toHaveLength(3);
    expect(none.lost).toHaveLength(3);
    for (const { fromMs, toMs } of none.lost) expect(fromMs).toBeLessThan(toMs);
    expect(sleeps.lost).toEqual([]);
    expect(Math.min(...sleeps.listenedUntilMs)).toBeGreaterThan(Math.max(...sleeps.sentUntilMs));
  });

  it('says in words what it shows', async () => {
    const html = reportHtml(await analyzeSynthetic(RUN));
    const words = /<svg viewBox="[^"]*" role="img" aria-label="(none, [^"]*)"/.exec(html)?.[1];
    expect(words).toMatch(
      /^none, delete: the last node stopped sending after \d+ ms, the first Pod ceased to listen after [\d.]+ m?s; 3 Pods ceased to listen first\./,
    );
  });

  it('is not there where nobody saw either end', async () => {
    const result = await analyzeSynthetic(RUN);
    const unseen = result.trials.map((trial) => ({ ...trial, milestones: [], rules: [] }));
    expect(races({ ...result, trials: unseen })).toEqual([]);
  });
});
