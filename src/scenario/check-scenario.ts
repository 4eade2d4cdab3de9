import { countOf } from '../model/count-of.ts';
import { drainSecondsOf, type Scenario, type Strategy } from '../model/scenario.ts';
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
          `load ${load.name}: when connections hang for ${load.connectTimeoutMs} ms, ${countOf(load.ratePerSecond, 'request/s', 'requests/s')} need up to ${needed} under way at once, concurrency allows ${load.concurrency}: the rest will be counted as not-sent`,
        ),
      ];
    }),
    ...oneReplica(scenario),
  ];
}

function graceWarnings(strategy: Strategy): Finding[] {
  const { terminationGracePeriodSeconds: grace } = strategy;
  // What a manifest has is looked at when its Pods are.
  if (grace === 'own') return [];
  const sleep =
    typeof strategy.preStop === 'object' && 'sleepSeconds' in strategy.preStop
      ? strategy.preStop.sleepSeconds
      : undefined;
  if (sleep === grace && grace > 0) {
    return [
      warning(
        'prestop-exceeds-grace',
        `strategy ${strategy.name}: preStop sleeps ${sleep} s, as long as the grace period, which counts from the delete: nothing of it is left for the app's own shutdown, the kubelet leaves it 2 s and then kills it`,
      ),
    ];
  }
  const drain = drainSecondsOf(strategy.shutdown);
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
      'the app has one replica: until its replacement is Ready nobody but the Pod that goes can answer',
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
