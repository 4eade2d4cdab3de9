import type { Strategy } from '../../model/scenario.ts';
import { hookSleepSeconds } from '../../model/hook-sleep-seconds.ts';

/**
 * For how long a strategy makes a Pod go on listening after its delete, ms: its preStop, then the app's own drain. No
 * longer than its grace period. `null` where the strategy does not tell, as a hook over HTTP, or one of the manifest's own.
 */
export function strategyDelayMs({
  preStop,
  shutdown,
  terminationGracePeriodSeconds: grace,
}: Strategy): number | null {
  const hook = hookSeconds(preStop);
  const app = shutdown === undefined ? 0 : APP_DRAINS[shutdown.mode]?.(shutdown.drainSeconds);
  if (hook === null || app === undefined) return null;
  return Math.min(hook + app, grace === 'own' ? Infinity : grace) * 1000;
}

/** What the sample app does on SIGTERM, as far as it delays the close of its listener by a known time. */
const APP_DRAINS: Readonly<Record<string, (drainSeconds: number) => number>> = {
  graceful: () => 0,
  'exit-now': () => 0,
  drain: (seconds) => seconds,
  'drain-silent': (seconds) => seconds,
};

function hookSeconds(preStop: Strategy['preStop']): number | null {
  if (preStop === 'own') return null;
  if (preStop === 'none') return 0;
  if ('sleepSeconds' in preStop) return preStop.sleepSeconds;
  if (!('exec' in preStop)) return null;
  const seconds = hookSleepSeconds({ exec: { command: preStop.exec } });
  return seconds > 0 && Number.isFinite(seconds) ? seconds : null;
}
