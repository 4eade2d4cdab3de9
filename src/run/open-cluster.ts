import { embeddedCluster } from '../cluster/embedded/embedded-cluster.ts';
import { readBox, requireBox } from '../cluster/embedded/box-store.ts';
import { provisionBox } from '../cluster/embedded/provision.ts';
import { removeBox } from '../cluster/embedded/remove-box.ts';
import { requireRoot } from '../cluster/embedded/require-root.ts';
import { sweepDeadBoxes } from '../cluster/embedded/sweep.ts';
import { bringUpBox } from '../cluster/embedded/up.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Scenario } from '../model/scenario.ts';
import type { ToolProgress } from '../tools/tool-progress.ts';

export interface OpenClusterOptions {
  readonly spec: Scenario['spec']['cluster'];
  /** A running box to use instead of one of the run's own; it is left as it is. */
  readonly existingBox: string | null;
  /** Name of the run's own box. */
  readonly boxName: string;
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
  readonly onStep: (message: string) => void;
}

export interface OpenCluster {
  readonly cluster: Cluster;
  readonly kubernetesVersion: string;
  /** Removes what was made for the run; a box that was there before stays. */
  close(): Promise<void>;
}

/** Gets the cluster that a scenario asks for: for now a box, its own or a running one. */
export async function openCluster(options: OpenClusterOptions): Promise<OpenCluster> {
  const { spec, existingBox, boxName, signal } = options;
  if (spec.driver === 'kind' || spec.driver === 'existing') {
    throw new DrainbenchError({
      code: 'driver-not-available',
      message: `cluster.driver: ${spec.driver} is not part of this version`,
      expected: 'auto or embedded',
      fix: 'set spec.cluster.driver to embedded in the scenario',
    });
  }
  requireRoot();
  await sweepDeadBoxes();
  if (existingBox !== null) {
    const box = await requireBox(existingBox);
    const close = () => Promise.resolve();
    return { cluster: embeddedCluster(box), kubernetesVersion: box.kubernetesVersion, close };
  }
  const provisions = await provisionBox(signal, options.onToolProgress);
  const box = await bringUpBox({
    ...provisions,
    name: boxName,
    nodeCount: spec.nodes,
    proxyMode: spec.proxyMode,
    lifetime: 'owner',
    signal,
    onProgress: ({ reached, afterMs }) => {
      if (reached === 'dns') {
        options.onStep(
          `cluster of ${spec.nodes} nodes up in ${(afterMs / 1000).toFixed(1)} s (kube-proxy ${spec.proxyMode})`,
        );
      }
    },
  });
  return {
    cluster: embeddedCluster(await requireBox(boxName)),
    kubernetesVersion: box.kubernetesVersion,
    close: async () => {
      const latest = await readBox(boxName);
      if (latest !== null) await removeBox(latest, { keepLogs: false });
    },
  };
}
