import { describe, expect, it } from 'vitest';

import type { FailedRequest } from '../../../src/analyze/run-result.ts';
import type { Milestone } from '../../../src/model/milestone.ts';
import { describeMilestone } from '../../../src/report/describe-milestone.ts';
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

  it('names the second attempt that the client made by itself, and of a second attempt the first', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const told = (changes: Partial<FailedRequest>): string => {
      const trials = result.trials.map((trial) => ({
        ...trial,
        failures: trial.failures.map((failure) => ({ ...failure, ...changes })),
      }));
      const trial = trials.find(({ failures }) => failures.length > 0);
      const { load = '', id = 0 } = trial?.failures[0] ?? {};
      return (
        explainRequest({ ...result, trials }, `${trial?.trial.number ?? 0}/${load}-${id}`).split('\n')[0] ??
        ''
      );
    };
    expect(told({ retriedBy: 77, recovered: true })).toMatch(
      /; the client repeated it as \S+-77, which was ok$/,
    );
    expect(told({ retriedBy: 77 })).toMatch(/; the client repeated it as \S+-77, which was not ok either$/);
    expect(told({ attempt: 1, retryOf: 5 })).toMatch(/; it was the second attempt at \S+-5$/);
    expect(told({})).not.toContain('attempt');
  });

  it('says how busy the kube-proxy was that sent it to a Pod that no longer listened', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const told = { node: 'node-1', lastSyncBeforeMs: 300, syncsSince: 4, meanSyncMs: 12 };
    const found = result.trials.flatMap((trial) =>
      trial.failures
        .filter(({ attribution }) => attribution.cause === 'listener-closed-still-routed')
        .slice(0, 1)
        .map((failure) => ({
          ...trial,
          proxySyncs: [told],
          failures: [{ ...failure, attribution: { ...failure.attribution, sentByNode: 'node-1' } }],
        })),
    );
    const [trial] = found;
    const [failure] = trial?.failures ?? [];
    if (trial === undefined || failure === undefined) throw new Error('no such failure in the run');
    const story = explainRequest({ ...result, trials: [trial] }, `${failure.load}-${failure.id}`);
    expect(story).toContain(
      'its kube-proxy last synced 300 ms before the disruption, 4 syncs of 12 ms each since',
    );
  });

  it('names the container, the signal and the exit code', () => {
    const step = (name: 'signal-sent' | 'process-exited', detail: string): Milestone => ({
      ...{ name, pod: 'web-a', podUid: 'a', node: 'n', container: 'app', detail },
      ...{ atNs: 0, uncertaintyNs: 0, source: 'kernel-trace', eventId: 1 },
    });
    expect(describeMilestone(step('signal-sent', 'SIGTERM'))).toBe(
      'app in web-a was sent its stop signal (SIGTERM)',
    );
    expect(describeMilestone(step('process-exited', 'code 137: SIGKILL'))).toBe(
      'the process of app in web-a ended (code 137: SIGKILL)',
    );
  });

  it('takes a name without its trial where only one trial has it', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const names = result.trials.flatMap(({ failures }) => failures.map(({ load, id }) => `${load}-${id}`));
    const unique = names.find((name) => names.indexOf(name) === names.lastIndexOf(name)) ?? '';
    expect(explainRequest(result, unique).startsWith(`${unique} of trial`)).toBe(true);
    const twice = names.find((name) => names.indexOf(name) !== names.lastIndexOf(name)) ?? '';
    expect(codeOf(() => explainRequest(result, twice))).toBe('request-ambiguous');
  });

  it('is that of the attempt that counts, unless another one is named', async () => {
    const result = await analyzeSynthetic(smallSyntheticRun());
    const trial = result.trials.find(({ failures }) => failures.length > 0);
    const failure = trial?.failures[0];
    if (trial === undefined || failure === undefined) throw new Error('the run has a failure');
    const first = { ...trial, counted: false, failures: [{ ...failure, outcome: 'truncated' as const }] };
    const second = { ...trial, attempt: 2, directory: `${trial.directory}.attempt2`, failures: [failure] };
    const both = { ...result, trials: [first, second] };
    const name = `${failure.load}-${failure.id}`;
    const number = trial.trial.number;
    expect(explainRequest(both, `${number}/${name}`)).toContain(`${second.directory}/events.ndjson`);
    const story = explainRequest(both, `${number}.attempt1/${name}`);
    expect(story).toContain(`${name} of trial ${number}, attempt 1 (`);
    expect(story).toContain(': truncated');
    expect(explainRequest(both, `${number}.attempt2/${name}`)).toContain(`${second.directory}/events.ndjson`);
    expect(codeOf(() => explainRequest(both, `${number}.attempt3/${name}`))).toBe('request-not-found');
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
