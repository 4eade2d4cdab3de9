import type { Cluster } from '../cluster/cluster.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Scenario } from '../model/scenario.ts';
import type { ToolProgress } from '../tools/tool-progress.ts';
import { openEmbedded } from './open-embedded.ts';

export interface OpenClusterOptions {
  readonly spec: Scenario['spec']['cluster'];
  /** A running cluster of the driver to use instead of one of the run's own; it is left as it is. */
  readonly existingName: string | null;
  /** Name of the run's own cluster. */
  readonly ownName: string;
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
  readonly onStep: (message: string) => void;
}

export interface OpenCluster {
  readonly cluster: Cluster;
  readonly kubernetesVersion: string;
  /** Removes what was made for the run; a cluster that was there before stays. */
  close(): Promise<void>;
}

/** Gets the cluster that a scenario asks for. One file a driver: `open-embedded.ts` … */
export async function openCluster(options: OpenClusterOptions): Promise<OpenCluster> {
  const { driver } = options.spec;
  if (driver === 'kind' || driver === 'existing') {
    throw new DrainbenchError({
      code: 'driver-not-available',
      message: `cluster.driver: ${driver} is not part of this version`,
      expected: 'auto or embedded',
      fix: 'set spec.cluster.driver to embedded in the scenario',
    });
  }
  return openEmbedded(options);
}
