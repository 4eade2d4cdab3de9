import type { PreStop, Strategy } from '../../model/scenario.ts';

/** What a strategy sets, in a few words, e.g. `preStop sleep 5 s, grace 30 s`. */
export function describeStrategy(strategy: Strategy): string {
  const { preStop, terminationGracePeriodSeconds: grace } = strategy;
  if (strategy.asIs === true) return 'the manifest as it is';
  return [
    describePreStop(preStop),
    grace === 'own' ? 'grace period of the manifest' : `grace ${grace} s`,
    ...(strategy.shutdown === undefined ? [] : [describeShutdown(strategy.shutdown)]),
    ...(strategy.readinessProbe === undefined ? [] : [describeProbe(strategy.readinessProbe)]),
  ].join(', ');
}

function describePreStop(preStop: PreStop): string {
  if (preStop === 'own') return 'preStop of the manifest';
  if (preStop === 'none') return 'no preStop';
  if ('sleepSeconds' in preStop) return `preStop sleep ${preStop.sleepSeconds} s`;
  if ('exec' in preStop) return `preStop exec “${preStop.exec.join(' ')}”`;
  return `preStop httpGet ${preStop.httpGet.path}`;
}

function describeShutdown(shutdown: NonNullable<Strategy['shutdown']>): string {
  const { mode, drainSeconds } = shutdown;
  if (mode === 'drain') return `app drains ${drainSeconds} s`;
  return mode === 'drain-silent' ? `app drains ${drainSeconds} s without announcing it` : `app: ${mode}`;
}

function describeProbe(probe: NonNullable<Strategy['readinessProbe']>): string {
  return probe === 'none' ? 'no readiness probe' : `readiness every ${probe.periodSeconds} s`;
}
