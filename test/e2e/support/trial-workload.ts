import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import { buildManifests } from '../../../src/workload/build-manifests.ts';
import type { TrialContext } from '../../../src/workload/ownership.ts';
import type { Workload } from '../../../src/workload/workload.ts';

export interface TrialWorkload {
  readonly trial: TrialContext;
  readonly workload: Workload;
}

/** The sample app as a trial of a run deploys it, in a namespace that must exist. */
export function trialWorkload(namespace: string, trialId: string, replicas: number): TrialWorkload {
  const scenario = parseScenario(
    `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: support, question: none }
spec:
  app: { sample: http, replicas: ${replicas} }
  loads: [{ name: fresh, connections: fresh, ratePerSecond: 1 }]
  disruptions: [{ type: none }]
  strategies: [{ name: none }]
`,
    'support.yaml',
  );
  const [strategy] = scenario.spec.strategies;
  if (strategy === undefined) throw new Error('the scenario has a strategy');
  const trial = { runId: 'e2e', trialId, namespace, expiresAt: new Date(Date.now() + 3_600_000) };
  return { trial, workload: buildManifests({ scenario, strategy, trial }) };
}
