import { disruptsApp } from '../../model/disrupts-app.ts';
import { NS_PER_S } from '../../model/duration.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/** Longer than this nothing is measured between two trials only because the run was interrupted. */
const LONGEST_PAUSE_NS = 60 * NS_PER_S;

/** How fast a run gathers evidence. */
export interface RunPace {
  /** Counted trials that are not void and in which something was disrupted, positive controls included. */
  readonly disruptions: number;
  /** From the beginning of the first attempt to the end of the last, interruptions left out, ns. */
  readonly measuringNs: number;
  readonly perMinute: number;
  readonly attempts: number;
  readonly voidAttempts: number;
}

/** `null` where nothing was disrupted. */
export function runPace(trials: readonly AnalyzedTrial[]): RunPace | null {
  const disruptions = trials.filter(
    ({ trial, counted, verdict, disruptionNs }) =>
      counted && verdict !== 'void' && disruptionNs !== null && disruptsApp(trial.disruption),
  ).length;
  const spans = trials
    .flatMap(({ phases }) => {
      const [first, last] = [phases[0], phases.at(-1)];
      return first === undefined || last === undefined ? [] : [{ fromNs: first.atNs, toNs: last.atNs }];
    })
    .toSorted((a, b) => a.fromNs - b.fromNs);
  let measuringNs = 0;
  let untilNs = spans[0]?.fromNs ?? 0;
  for (const { fromNs, toNs } of spans) {
    const pauseNs = fromNs - untilNs;
    const beganNs = pauseNs > LONGEST_PAUSE_NS ? fromNs : untilNs;
    measuringNs += Math.max(0, toNs - beganNs);
    untilNs = Math.max(untilNs, toNs);
  }
  if (disruptions === 0 || measuringNs === 0) return null;
  return {
    disruptions,
    measuringNs,
    perMinute: (disruptions * 60 * NS_PER_S) / measuringNs,
    attempts: trials.length,
    voidAttempts: trials.filter(({ verdict }) => verdict === 'void').length,
  };
}
