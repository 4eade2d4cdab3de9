import type { PlannedTrial } from '../model/plan.ts';
import type { Scenario, Strategy } from '../model/scenario.ts';

type Control = Pick<PlannedTrial, 'role' | 'strategy' | 'disruption'>;

/** Longest service time of the positive control, ms: enough to have requests under way on every Pod. */
const MAX_CONTROL_LATENCY_MS = 500;

/**
 * The two checks on the measurement that ride along in every block, both on the app of the first strategy.
 *
 * - negative: nothing is disrupted, so nothing may fail.
 * - positive: requests are certain to be cut off, so failures must show. The sample app exits at once with requests
 *   under way (its service time is raised as far as the loads' concurrency allows). How an app of the user's own
 *   dies is not known, so all its Pods are force-deleted: until new ones are Ready nothing can answer.
 */
export function controlTrials(scenario: Scenario): readonly [negative: Control, positive: Control] {
  const [first] = scenario.spec.strategies;
  if (first === undefined) throw new Error('a scenario has at least one strategy: its schema says so');
  const strategy: Strategy = { ...first, mustPass: false };
  const sample = 'sample' in scenario.spec.app;
  return [
    {
      role: 'negative-control',
      strategy: { ...strategy, name: 'negative-control' },
      disruption: { type: 'none' },
    },
    {
      role: 'positive-control',
      strategy: {
        ...strategy,
        name: 'positive-control',
        preStop: 'none',
        ...(sample && {
          shutdown: { mode: 'exit-now', drainSeconds: 0 },
          env: { ...strategy.env, LATENCY_MS: String(controlLatencyMs(scenario)) },
        }),
      },
      disruption: sample ? { type: 'force-delete' } : { type: 'force-delete', pods: 'all' },
    },
  ];
}

/** As many requests under way as three quarters of the tightest load's concurrency allow (Little's law). */
function controlLatencyMs({ spec: { app, loads } }: Scenario): number {
  const own = 'sample' in app ? (typeof app.latencyMs === 'number' ? app.latencyMs : app.latencyMs.max) : 0;
  const room = loads.map(({ ratePerSecond, concurrency }) =>
    ratePerSecond === undefined ? MAX_CONTROL_LATENCY_MS : (0.75 * concurrency * 1000) / ratePerSecond,
  );
  return Math.max(own, Math.floor(Math.min(MAX_CONTROL_LATENCY_MS, ...room)));
}
