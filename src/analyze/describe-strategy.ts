import type { PreStop, Strategy } from '../model/scenario.ts';

/** What a strategy sets, in a few words, e.g. `preStop sleep 5 s, grace 30 s`. */
export function describeStrategy(strategy: Strategy): string {
  return [
    describePreStop(strategy.preStop),
    `grace ${strategy.terminationGracePeriodSeconds} s`,
    ...(strategy.shutdown === undefined ? [] : [describeShutdown(strategy.shutdown)]),
    ...(strategy.readinessProbe === undefined ? [] : [describeProbe(strategy.readinessProbe)]),
  ].join(', ');
}

function describePreStop(preStop: PreStop): string {
  if (preStop === 'none') return 'no preStop';
  if ('sleepSeconds' in preStop) return `preStop sleep ${preStop.sleepSeconds} s`;
  if ('exec' in preStop) return `preStop exec “${preStop.exec.join(' ')}”`;
  return `preStop httpGet ${preStop.httpGet.path}`;
}

function describeShutdown(shutdown: NonNullable<Strategy['shutdown']>): string {
  return shutdown.mode === 'drain' ? `app drains ${shutdown.drainSeconds} s` : `app: ${shutdown.mode}`;
}

function describeProbe(probe: NonNullable<Strategy['readinessProbe']>): string {
  return probe === 'none' ? 'no readiness probe' : `readiness every ${probe.periodSeconds} s`;
}
