import type { Cluster } from '../../cluster/cluster.ts';
import type { ExistingSession } from '../../cluster/existing/existing-session.ts';
import type { ClusterIdentity } from '../../model/cluster-capabilities.ts';
import type { Scenario } from '../../model/scenario.ts';
import type { ToolProgress } from '../../tools/tool-progress.ts';

/** What every driver's opener is given. */
export interface OpenClusterOptions {
  readonly spec: Scenario['spec']['cluster'];
  /** A running cluster of the driver to use instead of one of the run's own; it is left as it is. */
  readonly existingName: string | null;
  /** Name of the run's own cluster. */
  readonly ownName: string;
  /** What the cluster was when the run began, where this goes on with one. */
  readonly expected: ClusterIdentity | null;
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
  readonly onStep: (message: string) => void;
}

export interface OpenCluster {
  readonly cluster: Cluster;
  readonly kubernetesVersion: string;
  /** Made for this run: all that is on it goes with it. */
  readonly ownedByRun: boolean;
  /** The options of `drainbench clean` that lead to it, where it stays after the run. */
  readonly reachedBy: string;
  /** Only where the cluster belongs to somebody else. */
  readonly existing?: ExistingSession;
  /** Removes what was made for the run; a cluster that was there before stays. */
  close(): Promise<void>;
}
