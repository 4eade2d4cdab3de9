import type { Plan, PlannedTrial } from '../model/plan.ts';
import type { Scenario, Strategy } from '../model/scenario.ts';

/** Create → all Pods Ready and the replacement's start, on a small machine with images in place. */
const START_MS = 3500;
const CLEAN_UP_MS = 1500;
/** A container that exits at once still takes the kubelet about this long to report. */
const MIN_SHUTDOWN_MS = 500;

/** A rough forecast, for "about N minutes" on the screen: trials one after the other, every one as planned. */
export function estimatePlanMs(plan: Plan): number {
  return plan.trials.reduce((sum, trial) => sum + estimateTrialMs(plan.scenario, trial), 0);
}

function estimateTrialMs({ spec: { timing } }: Scenario, { strategy, disruption }: PlannedTrial): number {
  const around = START_MS + timing.settleMs + timing.baselineMs + timing.tailMs + CLEAN_UP_MS;
  switch (disruption.type) {
    case 'none':
      return around;
    case 'force-delete':
      return around + START_MS;
    default:
      return around + Math.max(START_MS, shutdownMs(strategy));
  }
}

function shutdownMs({ preStop, terminationGracePeriodSeconds, shutdown }: Strategy): number {
  const graceMs = terminationGracePeriodSeconds * 1000;
  switch (shutdown?.mode) {
    case 'ignore':
    case 'shell':
    case 'slow-drain':
    case 'leak-keepalive':
      return graceMs;
    default: {
      const drainMs = shutdown?.mode === 'drain' ? shutdown.drainSeconds * 1000 : 0;
      return Math.min(graceMs, preStopMs(preStop) + drainMs + MIN_SHUTDOWN_MS);
    }
  }
}

/** What a preStop command does is not known; `sleep N` is what nearly all of them are. */
function preStopMs(preStop: Strategy['preStop']): number {
  if (preStop === 'none') return 0;
  if ('sleepSeconds' in preStop) return preStop.sleepSeconds * 1000;
  const text = 'exec' in preStop ? preStop.exec.join(' ') : preStop.httpGet.path;
  const seconds = /(?:sleep |seconds=)(\d+)/.exec(text)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}
