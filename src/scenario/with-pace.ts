import type { Scenario } from '../model/scenario.ts';

/** What the command line says about how fast trials follow each other; each key as in the scenario. */
export interface PaceOptions {
  readonly deploy?: Scenario['spec']['deploy'] | undefined;
  readonly lanes?: Scenario['spec']['lanes'] | undefined;
}

/** The scenario at the command line's pace, where that says one. */
export function withPace({ spec, ...scenario }: Scenario, pace: PaceOptions): Scenario {
  const { deploy = spec.deploy, lanes = spec.lanes } = pace;
  return { ...scenario, spec: { ...spec, deploy, lanes } };
}
