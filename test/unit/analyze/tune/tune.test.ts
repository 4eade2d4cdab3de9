import { describe, expect, it } from 'vitest';

import { junitXml } from '../../../../src/report/junit-xml.ts';
import { renderAll } from '../../../../src/report/render-all.ts';
import { reportHtml } from '../../../../src/report/report-html.ts';
import { summaryMarkdown } from '../../../../src/report/summary-markdown.ts';
import { terminalTable } from '../../../../src/report/terminal-table.ts';
import { tuneLines } from '../../../../src/report/tune-lines.ts';
import { tunePatch } from '../../../../src/report/tune-patch.ts';
import { summarizeRun } from '../../../../src/analyze/run/summarize-run.ts';
import { seededRandom } from '../../../../src/model/seeded-random.ts';
import { playTune, type World } from './play-tune.ts';

const FRESH = ['fresh'] as const;
/** Slow in every third trial, so that four trials are enough to see it. */
const UP_TO_1280 = ({ block }: { readonly block: number }): number => (block % 3 === 0 ? 1280 : 1100);
const GRACEFUL: World = { droppedMs: UP_TO_1280, loads: FRESH };

describe('a tune', () => {
  it('measures without a preStop, computes the shortest one and confirms it by as many fresh trials as it said', async () => {
    const { result, order } = await playTune(GRACEFUL, 60);
    expect(order.slice(0, 4)).toEqual(['none', 'none', 'none', 'none']);
    expect(new Set(order.slice(4))).toEqual(new Set(['tuned-2s']));
    expect(order).toHaveLength(4 + 31);
    expect(result.verdict).toBe('pass');
    expect(result.manifest.tune?.settings).toEqual([
      { strategy: 'tuned-2s', app: 'none', seconds: 2, trials: 31 },
    ]);
    expect(result.headline).toBe(
      'A preStop of 2.00 s is enough: no hazard was there in 31 Pod deletions; less than 10.0 % of them meet one, at 95 %.',
    );
    expect(result.recommendation.strategy).toBe('tuned-2s');
  });

  it('needs no more than there is: a time that is up leaves the setting open, with what it takes', async () => {
    const { result, order } = await playTune(GRACEFUL, 5);
    expect(order.filter((name) => name === 'tuned-2s').length).toBeLessThan(31);
    expect(result.verdict).toBe('inconclusive');
    expect(result.headline).toMatch(
      /^A preStop of 2\.00 s is not confirmed yet: nothing speaks against it in 1\d Pod deletions \(less than \d\d\.\d % of them meet a hazard, at 95 %\); it takes 31 for less than 10\.0 %\.$/,
    );
    expect(result.recommendation.sentence).toMatch(
      /^It takes 1\d more trials without a hazard, about \d min at the pace of this one: tune again with more --minutes\./,
    );
    expect(result.recommendation.strategy).toBeNull();
  });

  it('does not begin what there is no time for, however short its time is', async () => {
    for (const minutes of [1, 2, 3]) {
      const { result } = await playTune(GRACEFUL, minutes);
      const endNs = Math.max(...result.trials.flatMap(({ phases }) => phases.map(({ atNs }) => atNs)));
      expect(endNs / 60e9).toBeLessThanOrEqual(minutes);
      expect(result.verdict).toBe('inconclusive');
    }
  });

  it('computes from fewer trials where a third of its time is over, so that some is left to try what follows', async () => {
    const { order } = await playTune(GRACEFUL, 1);
    expect(order).toEqual(['none', 'tuned-2s', 'tuned-2s']);
  });

  it('lengthens a setting that turns out to be too short, says so, and asks more of the longer one', async () => {
    const droppedMs = ({ number }: { readonly number: number }): number => (number === 12 ? 2400 : 1100);
    const { result, order, steps } = await playTune({ droppedMs, loads: FRESH }, 60);
    expect(steps.at(-1)).toBe(
      '2 s of preStop are too short: 3 s are needed by what was measured so far, now to be confirmed (setting 2)',
    );
    expect(result.tune?.facts[0]?.text).toContain('; 2 s turned out to be too short');
    expect(order.filter((name) => name === 'tuned-2s').length).toBeLessThan(10);
    expect(result.manifest.tune?.settings).toMatchObject([
      { seconds: 2, trials: 31 },
      { seconds: 3, trials: 46 },
    ]);
    expect(order.filter((name) => name === 'tuned-3s')).toHaveLength(46);
    expect(result.verdict).toBe('pass');
  });

  it('needs no preStop for an app that goes on listening by itself, and confirms that', async () => {
    const drain = { name: 'drain-5', shutdown: { mode: 'drain', drainSeconds: 5 } };
    const { result } = await playTune({ droppedMs: UP_TO_1280, strategies: [drain] }, 60);
    expect(result.verdict).toBe('pass');
    expect(result.headline).toMatch(/^No preStop is needed: no hazard was there/);
    expect(result.tune?.setting).toMatchObject({ preStop: 'none', terminationGracePeriodSeconds: 30 });
    expect(result.tune?.facts.find(({ about }) => about === 'needed')?.text).toContain(
      'by itself the app listens for 5.03 s at least, 3.75 s longer than that takes',
    );
  });

  it('tries the next way in which the scenario lets the app behave where connections are cut without notice', async () => {
    const strategies = [
      { name: 'sleep-5', preStop: { sleepSeconds: 5 } },
      { name: 'none' },
      { name: 'drain-1', shutdown: { mode: 'drain', drainSeconds: 1 } },
    ];
    const { result, order, steps } = await playTune({ droppedMs: UP_TO_1280, strategies }, 60);
    expect(steps[0]).toBe('no preStop is enough for “none”: “drain-1” is measured instead');
    expect(order.slice(0, 6)).toEqual(['none', 'drain-1', 'drain-1', 'drain-1', 'drain-1', 'tuned-1s']);
    expect(result.verdict).toBe('pass');
    expect(result.tune?.setting).toMatchObject({
      preStop: { sleepSeconds: 1 },
      shutdown: { mode: 'drain', drainSeconds: 1 },
    });
  });

  it('ends where no way announces the end of kept-alive connections: no preStop cures that, and it says what does', async () => {
    const { result, order } = await playTune({ droppedMs: UP_TO_1280 }, 60);
    expect(order).toEqual(['none']);
    expect(result.verdict).toBe('fail');
    expect(result.headline).toBe(
      'No preStop is enough, however long. On keep-alive: kept-alive connections were ended without notice (3 connections of web-a).',
    );
    expect(result.recommendation.sentence).toContain('the app must answer with Connection: close');
    expect(result.recommendation.sentence).toContain('210 ms');
    expect(result.recommendation.sentence).toContain('a preStop of 2.00 s follows from what was measured');
  });

  it.each<[string, Partial<World>, RegExp]>([
    ['nobody is left', { nobodyLeftMs: 300 }, /the Service had no usable endpoint/],
    [
      'an app ends with requests in hand that came over connections that are kept',
      { loads: ['keep-alive'], cut: () => 0, cutInHand: () => 2 },
      /an app ended before its requests were answered/,
    ],
  ])('ends where %s', async (_what, changes, words) => {
    const { result } = await playTune({ ...GRACEFUL, ...changes }, 60);
    expect(result.verdict).toBe('fail');
    expect(result.headline).toMatch(words);
    expect(result.trials.length).toBeLessThan(12);
  });

  it('takes an app that ends at once for one that a preStop helps: then nothing is in hand any more', async () => {
    const { result } = await playTune({ ...GRACEFUL, longestAnswerMs: 900 }, 60);
    // 1.28 s until the last node has dropped it, and 0.9 s for the slowest answer.
    expect(result.manifest.tune?.settings).toMatchObject([{ seconds: 3 }]);
    expect(result.verdict).toBe('pass');
  });

  it('ends where requests fail for no hazard that was seen, and calls nothing enough', async () => {
    const lost = ({ strategy, block }: { readonly strategy: { name: string }; readonly block: number }) =>
      strategy.name !== 'none' && block === 9 ? 3 : 0;
    const { result } = await playTune({ ...GRACEFUL, lost }, 60);
    expect(result.verdict).toBe('fail');
    expect(result.headline).toContain('Requests failed on fresh in 1 of');
    expect(result.tune?.setting).toBeNull();
  });

  it('ends where a preStop does not keep the Pod listening, instead of making it longer and longer', async () => {
    const { result } = await playTune({ ...GRACEFUL, hookWorks: false }, 60);
    expect(result.verdict).toBe('fail');
    expect(result.headline).toBe('A Pod listened for less than the 2 s that its preStop was to sleep.');
    expect(result.manifest.tune?.settings).toHaveLength(1);
  });

  it('leaves it open where nobody sees when the nodes stop sending, and says how to see it', async () => {
    const { result } = await playTune({ ...GRACEFUL, droppedMs: () => 'blind' }, 60);
    expect(result.verdict).toBe('inconclusive');
    expect(result.headline).toMatch(/^How long a preStop must be cannot be computed/);
    expect(result.recommendation.sentence).toContain('--node-agent always');
  });

  it('knows no delay for a node that never stops sending', async () => {
    const { result } = await playTune({ ...GRACEFUL, droppedMs: () => null }, 60);
    expect(result.verdict).toBe('fail');
    expect(result.headline).toBe(
      'No preStop is known to be enough: in 4 trials a node still sent to a Pod when the trial ended.',
    );
  });

  it('is void by its controls, and where not one of its first trials can be measured', async () => {
    const silent = await playTune({ ...GRACEFUL, isVoid: ({ role }) => role !== 'comparison' }, 60);
    expect(silent.result.verdict).toBe('void');
    const nothing = await playTune({ ...GRACEFUL, isVoid: ({ role }) => role === 'comparison' }, 60);
    expect(nothing.result.verdict).toBe('void');
    expect(nothing.order).toHaveLength(3);
  });

  it('is void where what its trials show cannot be summed up', async () => {
    const { result } = await playTune(GRACEFUL, 60);
    const broken = result.trials.map((trial) =>
      trial.trial.number === 9 ? { ...trial, loads: undefined as unknown as typeof trial.loads } : trial,
    );
    expect(summarizeRun(result.manifest, broken).verdict).toBe('void');
  });

  it('says nothing of a load that contradicts its answer, which rests on all that could be measured', async () => {
    const isVoid = ({ role, block }: { readonly role: string; readonly block: number }) =>
      role === 'comparison' && block === 2;
    const { result } = await playTune({ ...GRACEFUL, isVoid }, 1);
    expect(result.headline).toContain('nothing speaks against it in 1 Pod deletion');
    expect(result.recommendation.loads).toEqual([]);
  });

  it('drops single void trials and measures others in their place', async () => {
    const isVoid = ({ role, number }: { readonly role: string; readonly number: number }) =>
      role === 'comparison' && number === 20;
    const { result, order } = await playTune({ ...GRACEFUL, isVoid }, 60);
    expect(result.verdict).toBe('pass');
    expect(order.filter((name) => name === 'tuned-2s')).toHaveLength(32);
  });

  it('confirms a setting in each disruption of the scenario', async () => {
    const disruptions = [{ type: 'delete' }, { type: 'evict' }];
    const { result, order } = await playTune({ ...GRACEFUL, disruptions, target: 0.3 }, 60);
    expect(result.verdict).toBe('pass');
    expect(order.filter((name) => name === 'tuned-2s')).toHaveLength(2 * 10);
  });

  it('sleeps by a program of the image where Kubernetes cannot sleep yet', async () => {
    const { result } = await playTune({ ...GRACEFUL, kubernetesVersion: 'v1.29.4' }, 60);
    expect(result.tune?.setting?.preStop).toEqual({ exec: ['sleep', '2'] });
    expect(result.tune?.facts[0]?.text).toContain('which the image must have (Kubernetes v1.29.4');
  });

  it('keeps the grace period where preStop and app fit in it, and else gives the app what it had', async () => {
    const short = { name: 'none', terminationGracePeriodSeconds: 2 };
    const { result } = await playTune({ ...GRACEFUL, strategies: [short] }, 60);
    expect(result.tune?.setting?.terminationGracePeriodSeconds).toBe(4);
    const long = await playTune(GRACEFUL, 60);
    expect(long.result.tune?.setting?.terminationGracePeriodSeconds).toBe(30);
  });

  it('says the same at the end as whoever reads its directory, whatever deletions take', async () => {
    const random = seededRandom(5);
    const draws = Array.from({ length: 500 }, () => 50 + (random.nextUint32() / 2 ** 32) * 1900);
    const droppedMs = ({ number }: { readonly number: number }): number => draws[number] ?? 0;
    const { result } = await playTune({ droppedMs, loads: FRESH, target: 0.2 }, 60);
    const last = result.manifest.tune?.settings.at(-1);
    expect(result.cells.find(({ strategy }) => strategy === last?.strategy)?.standing).toBe('holds');
    expect(result.verdict).toBe('pass');
  });
});

describe('the reports of a tune', () => {
  it('show the setting, what it rests on and costs, and the patch', async () => {
    const { result } = await playTune(GRACEFUL, 60);
    const patch = tunePatch(result) ?? '';
    expect(patch).toContain('sleep:\n                seconds: 2\n');
    expect(result.tune?.facts.map(({ about }) => about)).toEqual([
      ...['setting', 'needed', 'margin', 'grace', 'cost'],
    ]);
    const terminal = terminalTable(result, { colour: false });
    for (const text of [patch.trimEnd(), ...tuneLines(result)]) expect(terminal).toContain(text);
    const html = reportHtml(result);
    const markdown = summaryMarkdown(result);
    for (const text of [html, markdown]) {
      expect(text).toContain('# confirmed by drainbench tune');
      expect(text).toContain('at worst a Pod still listened for 750 ms');
      expect(text).toContain('a rollout of 3 Pods is over 2.00 s later');
    }
    expect(renderAll(result).map(({ path }) => path)).toContain('tune-patch.yaml');
  });

  it('come to the same end as its exit code, where single trials stayed void', async () => {
    const isVoid = ({ role, block }: { readonly role: string; readonly block: number }) =>
      role === 'comparison' && (block === 2 || block === 3);
    const { result } = await playTune({ ...GRACEFUL, isVoid }, 60);
    expect(result.verdict).toBe('pass');
    expect(result.cells.map(({ verdict }) => verdict)).toEqual(['void', 'pass']);
    expect(junitXml(result)).not.toMatch(/<(failure|error)/);
  });

  it('have no patch where no preStop is enough and none follows', async () => {
    const { result } = await playTune({ ...GRACEFUL, nobodyLeftMs: 300 }, 60);
    expect(tunePatch(result)).toBeNull();
    expect(renderAll(result).map(({ path }) => path)).not.toContain('tune-patch.yaml');
  });
});
