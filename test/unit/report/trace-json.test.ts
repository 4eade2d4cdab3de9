import { beforeAll, describe, expect, it } from 'vitest';

import type { AnalyzedTrial, RunResult } from '../../../src/analyze/run-result.ts';
import { traceJson } from '../../../src/report/trace-json.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { hostileResult } from './hostile-result.ts';

interface TraceEvent {
  readonly ph: 'X' | 'i' | 'M';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

const load = (result: RunResult): readonly TraceEvent[] =>
  (JSON.parse([...traceJson(result)].join('')) as { traceEvents: readonly TraceEvent[] }).traceEvents;

let result: RunResult;
let events: readonly TraceEvent[];
beforeAll(async () => {
  result = await analyzeSynthetic(smallSyntheticRun());
  events = load(result);
});

/** The spans of one attempt by the name of their track, in µs. */
function spansOf(trial: AnalyzedTrial): ReadonlyMap<string, readonly TraceEvent[]> {
  const own = load({ ...result, trials: [trial] });
  const tracks = new Map(
    own.filter(({ name }) => name === 'thread_name').map(({ tid, args }) => [tid, String(args['name'])]),
  );
  return Map.groupBy(
    own.filter(({ ph }) => ph === 'X'),
    ({ tid }) => tracks.get(tid) ?? 'a track without a name',
  );
}

describe('trace.json', () => {
  it('is a process for each attempt', () => {
    const processes = events.filter(({ name }) => name === 'process_name');
    expect(processes.map(({ args }) => args['name'])).toContain('trial 3 none, delete');
    expect(processes).toHaveLength(result.trials.length);
  });

  it('has spans that begin and end with what they stand for', () => {
    const seen = result.trials.find(({ trial: { role } }) => role === 'comparison');
    const gone = seen?.milestones.find(({ name }) => name === 'pod-gone');
    if (seen === undefined || gone === undefined) throw new Error('the run has a Pod that went');
    const removed = { ...gone, name: 'route-removed' as const, node: 'node-9' };
    const trial = { ...seen, milestones: [...seen.milestones, removed] };
    const spans = spansOf(trial);
    const at = (name: string): number | undefined =>
      trial.milestones.find((each) => each.name === name)?.atNs;
    const pod = trial.victims[0]?.name ?? '';
    const ends = (track: string): readonly (readonly number[])[] =>
      (spans.get(track) ?? []).map(({ ts, dur }) => [ts * 1000, (ts + dur) * 1000].map(Math.round));
    expect(ends(pod)).toEqual([[at('deletion-timestamp-seen'), at('pod-gone')]]);
    expect(ends(`${pod} serving`)).toEqual([[trial.phases[0]?.atNs, at('listener-closed')]]);
    expect(ends(`node-9 → ${pod}`)).toEqual([[trial.phases[0]?.atNs, removed.atNs]]);
    expect((spans.get('harness') ?? []).map(({ name }) => name)).toEqual(
      trial.phases.map(({ phase }) => phase),
    );
  });

  it('lets no two spans of a track overlap, and none end before it begins', () => {
    for (const trial of result.trials) {
      for (const [track, spans] of spansOf(trial)) {
        const sorted = spans.toSorted((a, b) => a.ts - b.ts);
        for (const [index, { ts, dur }] of sorted.entries()) {
          expect(dur, track).toBeGreaterThanOrEqual(0);
          expect(ts + dur, track).toBeLessThanOrEqual((sorted[index + 1]?.ts ?? Infinity) + 1e-3);
        }
      }
    }
  });

  it('has every failed request with its cause, and no other', () => {
    const failed = events.filter(({ ph, args }) => ph === 'i' && 'request' in args);
    expect(failed.map(({ name, args }) => [name, args['request']])).toEqual(
      result.trials.flatMap(({ failures }) =>
        failures.map((each) => [each.attribution.cause, `${each.load}-${each.id}`]),
      ),
    );
  });

  it('stays JSON whatever a cluster calls its Pods', async () => {
    expect(load(await hostileResult()).length).toBeGreaterThan(0);
  });
});
