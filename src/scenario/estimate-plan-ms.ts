import type { Plan, PlannedTrial } from '../model/plan.ts';
import { drainSecondsOf, namedGraceSeconds, type Scenario, type Strategy } from '../model/scenario.ts';

/** Create → all Pods Ready and the replacement's start, on a small machine with images in place. */
const START_MS = 3500;
const CLEAN_UP_MS = 1500;
/** A container that exits at once still takes the kubelet about this long to report. */
const MIN_SHUTDOWN_MS = 500;

/** A rough forecast, for "about N minutes" on the screen: every trial as planned. How many lanes `auto` makes is not known. */
export function estimatePlanMs({ scenario, trials }: Plan): number {
  const { lanes } = scenario.spec;
  const ms = trials.reduce((sum, trial) => sum + estimateTrialMs(scenario, trial), 0);
  return lanes === 'auto' ? ms : ms / lanes;
}

/** The same of one trial. */
export function estimateTrialMs(
  { spec: { timing, deploy } }: Scenario,
  { strategy, disruption }: PlannedTrial,
): number {
  const deployMs = deploy === 'once' ? 0 : START_MS + CLEAN_UP_MS;
  const around = deployMs + timing.settleMs + timing.baselineMs + timing.tailMs;
  switch (disruption.type) {
    case 'none':
      return around;
    case 'churn':
    case 'force-delete':
      return around + START_MS;
    default:
      return around + Math.max(START_MS, shutdownMs(strategy));
  }
}

function shutdownMs(strategy: Strategy): number {
  const { preStop, shutdown } = strategy;
  const graceMs = namedGraceSeconds(strategy) * 1000;
  switch (shutdown?.mode) {
    case 'ignore':
    case 'shell':
    case 'slow-drain':
    case 'leak-keepalive':
      return graceMs;
    default: {
      const drainMs = drainSecondsOf(shutdown) * 1000;
      return Math.min(graceMs, preStopMs(preStop) + drainMs + MIN_SHUTDOWN_MS);
    }
  }
}

/** What a preStop command does is not known; `sleep N` is what nearly all of them are. */
function preStopMs(preStop: Strategy['preStop']): number {
  if (preStop === 'none' || preStop === 'own') return 0;
  if ('sleepSeconds' in preStop) return preStop.sleepSeconds * 1000;
  const text = 'exec' in preStop ? preStop.exec.join(' ') : preStop.httpGet.path;
  const seconds = /(?:sleep |seconds=)(\d+)/.exec(text)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}
