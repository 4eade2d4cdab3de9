import { adoptKind } from '../../cluster/kind/adopt-kind.ts';
import { requireEngine } from '../../cluster/kind/engine.ts';
import { findKind } from '../../cluster/kind/find-kind.ts';
import { readKind } from '../../cluster/kind/kind-store.ts';
import { bringUpKind } from '../../cluster/kind/kind-up.ts';
import { openKind } from '../../cluster/kind/open-kind.ts';
import { removeKind } from '../../cluster/kind/remove-kind.ts';
import { sweepDeadKinds } from '../../cluster/kind/sweep-kinds.ts';
import { countOf } from '../../model/count-of.ts';
import type { OpenCluster, OpenClusterOptions } from './cluster-opening.ts';

/** An existing kind cluster, ours or not, which is left as it is; or one of the run's own, which goes with the run. */
export async function openKindCluster(options: OpenClusterOptions): Promise<OpenCluster> {
  const { spec, existingName, ownName, signal, onStep } = options;
  const { onToolProgress } = options;
  await sweepDeadKinds();
  if (existingName !== null) {
    const kind = await findKind({ signal, onToolProgress, onNotice: onStep });
    return useRunning(kind, existingName, signal);
  }
  const cluster = await bringUpKind({
    name: ownName,
    nodeCount: spec.nodes,
    proxyMode: spec.proxyMode,
    nodeImage: spec.nodeImage ?? null,
    lifetime: 'owner',
    signal,
    onToolProgress,
    onNotice: onStep,
    onProgress: ({ reached, afterMs }) => {
      if (reached === 'usable') {
        onStep(
          `kind cluster of ${countOf(spec.nodes, 'node')} up in ${(afterMs / 1000).toFixed(1)} s (kube-proxy ${spec.proxyMode})`,
        );
      }
    },
  });
  const record = await readKind(ownName);
  return {
    cluster,
    kubernetesVersion: record?.kubernetesVersion ?? '',
    ownedByRun: true,
    reachedBy: '',
    close: async () => {
      const latest = await readKind(ownName).catch(() => record);
      if (latest !== null) await removeKind(latest);
    },
  };
}

async function useRunning(kind: string, name: string, signal: AbortSignal): Promise<OpenCluster> {
  const record = await readKind(name);
  if (record !== null) {
    const cluster = await openKind(kind, record);
    const close = () => Promise.resolve();
    return {
      cluster,
      kubernetesVersion: record.kubernetesVersion,
      ownedByRun: false,
      reachedBy: `--context kind-${name} --kubeconfig ${cluster.kubeconfigPath}`,
      close,
    };
  }
  const engine = await requireEngine(signal);
  // Its own kubeconfig goes with the run; who made the cluster has another, unless kind was told otherwise.
  const adopted = await adoptKind(kind, engine, name, signal);
  return { ...adopted, ownedByRun: false, reachedBy: `--context kind-${name}` };
}
