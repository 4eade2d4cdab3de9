import { describe, expect, it } from 'vitest';

import { explainRequest } from '../../../src/report/explain-request.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { hostileResult } from './hostile-result.ts';

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};

describe('the story of a request', () => {
  it('is at most ten lines: what failed, why, where it went, what happened around it, what proves it', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const trial = result.trials.find(
      ({ trial: { role }, failures }) => role === 'comparison' && failures.length > 0,
    );
    const failure = trial?.failures[0];
    const story = explainRequest(
      result,
      `${trial?.trial.number ?? 0}/${failure?.load ?? ''}-${failure?.id ?? 0}`,
    );
    const lines = story.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(8);
    for (const { trial: own, failures } of result.trials) {
      for (const { load, id } of failures) {
        const told = explainRequest(result, `${own.number}/${load}-${id}`).trimEnd().split('\n');
        expect(told.length).toBeLessThanOrEqual(10);
      }
    }
    expect(lines[1]).toContain(failure?.attribution.cause);
    expect(story).toContain('▶ the request was sent');
    expect(story).toContain(`${trial?.directory ?? ''}/events.ndjson`);
    const times = lines.filter((line) => /^\s+[+−]/.test(line));
    expect(times.length).toBeGreaterThan(2);
  });

  it('takes a name without its trial where only one trial has it', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const names = result.trials.flatMap(({ failures }) => failures.map(({ load, id }) => `${load}-${id}`));
    const unique = names.find((name) => names.indexOf(name) === names.lastIndexOf(name)) ?? '';
    expect(explainRequest(result, unique).startsWith(`${unique} of trial`)).toBe(true);
    const twice = names.find((name) => names.indexOf(name) !== names.lastIndexOf(name)) ?? '';
    expect(codeOf(() => explainRequest(result, twice))).toBe('request-ambiguous');
  });

  it('says what there is where the name is wrong', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    for (const name of ['fresh-999999', 'nonsense', '1/', '']) {
      expect(codeOf(() => explainRequest(result, name))).toBe('request-not-found');
    }
  });

  it('gives no escape sequence of others to the terminal', async () => {
    const result = await hostileResult();
    const trial = result.trials.find(({ failures }) => failures.length > 0);
    const failure = trial?.failures[0];
    const story = explainRequest(
      result,
      `${trial?.trial.number ?? 0}/${failure?.load ?? ''}-${failure?.id ?? 0}`,
    );
    // eslint-disable-next-line no-control-regex -- an escape sequence begins with a control character
    expect(story).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
