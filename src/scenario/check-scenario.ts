import type { Scenario, Strategy } from '../model/scenario.ts';
import type { Finding } from '../model/verdict.ts';

/** What is allowed but surprising: warnings that a reader of the results must know about. */
export function checkScenario(scenario: Scenario): Finding[] {
  const { loads, strategies, app } = scenario.spec;
  return [
    ...strategies.flatMap((strategy) => graceWarnings(strategy)),
    ...loads.flatMap((load): Finding[] => {
      if (load.engine !== 'native' || load.connections !== 'fresh' || load.ratePerSecond === undefined)
        return [];
      // A connection to a Pod that is gone hangs for the whole time-out, and the open model goes on asking.
      const slowestMs = slowestAnswerMs(app) + load.connectTimeoutMs;
      const needed = Math.ceil((load.ratePerSecond * slowestMs) / 1000);
      if (needed <= load.concurrency) return [];
      return [
        warning(
          'load-concurrency-low',
          `load ${load.name}: when connections hang for ${load.connectTimeoutMs} ms, ${load.ratePerSecond} requests/s need up to ${needed} under way at once, concurrency allows ${load.concurrency}: the rest will be counted as not-sent`,
        ),
      ];
    }),
    ...oneReplica(scenario),
  ];
}

function graceWarnings(strategy: Strategy): Finding[] {
  const grace = strategy.terminationGracePeriodSeconds;
  const sleep =
    typeof strategy.preStop === 'object' && 'sleepSeconds' in strategy.preStop
      ? strategy.preStop.sleepSeconds
      : undefined;
  if (sleep === grace && grace > 0) {
    return [
      warning(
        'prestop-exceeds-grace',
        `strategy ${strategy.name}: preStop sleeps ${sleep} s, as long as the grace period, which counts from the delete: no time is left for the app's own shutdown, the kubelet kills it 2 s after`,
      ),
    ];
  }
  const drain = strategy.shutdown?.mode === 'drain' ? strategy.shutdown.drainSeconds : 0;
  if (drain > 0 && drain + (sleep ?? 0) >= grace) {
    return [
      warning(
        'drain-exceeds-grace',
        `strategy ${strategy.name}: preStop and drain take ${drain + (sleep ?? 0)} s, the grace period is ${grace} s: the app is killed while it serves`,
      ),
    ];
  }
  return [];
}

function oneReplica({ spec: { app } }: Scenario): Finding[] {
  if (!('replicas' in app) || app.replicas > 1) return [];
  return [
    warning(
      'single-replica',
      'the app has one replica: when it goes nothing else can answer, whatever the strategy; failures show the replacement time',
    ),
  ];
}

function slowestAnswerMs(app: Scenario['spec']['app']): number {
  if (!('sample' in app)) return 0;
  return typeof app.latencyMs === 'number' ? app.latencyMs : app.latencyMs.max;
}

function warning(code: string, message: string): Finding {
  return { code, severity: 'warning', message };
}
