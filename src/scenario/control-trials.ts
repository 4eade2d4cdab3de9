import type { PlannedTrial } from '../model/plan.ts';
import type { Scenario, Strategy } from '../model/scenario.ts';

type Control = Pick<PlannedTrial, 'role' | 'strategy' | 'disruption'>;

/**
 * The checks on the measurement that ride along in every block, all on the app of the first strategy.
 *
 * - negative: nothing is disrupted, so nothing may fail.
 * - positive: every Pod is force-deleted at the same time (and the sample app exits at once), so failures must show on
 *   every kind of connection: until a new Pod is Ready, nothing can answer. Force-deleting one Pod would not do:
 *   it is out of rotation the moment its object goes, some 100 ms before its kubelet stops it, and by then it may
 *   well be idle.
 * - churn, where the scenario asks for it: other Pods come and go, and nothing happens to the app.
 */
export function controlTrials(scenario: Scenario): readonly Control[] {
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
        asIs: undefined,
        name: 'positive-control',
        preStop: 'none',
        ...(sample && { shutdown: { mode: 'exit-now', drainSeconds: 0 } }),
      },
      disruption: { type: 'force-delete', pods: 'all' },
    },
    ...(scenario.spec.controls.churn
      ? [
          {
            role: 'churn-control' as const,
            strategy: { ...strategy, name: 'churn-control' },
            disruption: { type: 'churn' as const },
          },
        ]
      : []),
  ];
}
