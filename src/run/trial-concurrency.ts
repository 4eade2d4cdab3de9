import { DISRUPTION_KINDS } from '../disrupt/disruption-kinds.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';

/** What of a run's trials can be on the cluster at the same time; `null`: nothing speaks against it. */
export interface TrialConcurrency {
  /** Why the app is deployed for each trial. */
  readonly notOnce: string | null;
  /** Why one trial goes on at a time. */
  readonly oneLane: string | null;
}

/** @param agents node agents run: one on each node. */
export function trialConcurrency({ spec }: Scenario, agents: boolean): TrialConcurrency {
  // Two deployments of it do not fit into one namespace.
  const named = 'manifest' in spec.app ? "a manifest's objects have names of their own" : null;
  return {
    notOnce: named ?? (agents ? 'a node agent may know only the containers that it saw begin' : null),
    oneLane:
      named ??
      (spec.loads.some(({ from }) => from === 'inside') ? 'loads inside have one Pod each' : null) ??
      (agents ? 'each node has one agent' : null),
  };
}

/** What is done to a node, or to what runs there, is done to every Pod on it. */
export function runsAlone({ disruption }: PlannedTrial): boolean {
  return DISRUPTION_KINDS[disruption.type].needs.length > 0;
}
