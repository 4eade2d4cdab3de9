import type { PlannedTrial } from '../model/plan.ts';
import { SAMPLE_APP_PORT } from '../workload/app-container.ts';
import { standPorts } from './stand-ports.ts';
import type { RunContext } from './run-context.ts';
import { Stand } from './stand.ts';
import { trialLabel } from './trial-label.ts';

/** Makes the stands of a run, none of them deployed yet. */
export function standMaker(context: RunContext): (trial: PlannedTrial, attempt: number) => Stand {
  const nextPort = context.sideBySide ? standPorts(context.scenario) : () => SAMPLE_APP_PORT;
  return (trial, attempt) => new Stand(context, trial.strategy, trialLabel(trial, attempt), nextPort());
}
