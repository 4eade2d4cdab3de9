import { readBox, requireBox } from '../../cluster/embedded/box-store.ts';
import { embeddedCluster } from '../../cluster/embedded/embedded-cluster.ts';
import { provisionBox } from '../../cluster/embedded/provision.ts';
import { removeBox } from '../../cluster/embedded/remove-box.ts';
import { requireRoot } from '../../cluster/embedded/require-root.ts';
import { sweepDeadBoxes } from '../../cluster/embedded/sweep.ts';
import { bringUpBox } from '../../cluster/embedded/up.ts';
import { countOf } from '../../model/count-of.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { OpenCluster, OpenClusterOptions } from './cluster-opening.ts';

/** A running box by name, which is left as it is, or one of the run's own, which goes with the run. */
export async function openEmbedded(options: OpenClusterOptions): Promise<OpenCluster> {
  const { spec, existingName, ownName, signal } = options;
  requireRoot();
  const { proxyMode } = spec;
  if (proxyMode === 'ipvs') throw noIpvs();
  await sweepDeadBoxes();
  if (existingName !== null) {
    const box = await requireBox(existingName);
    const close = () => Promise.resolve();
    const cluster = embeddedCluster(box);
    return {
      cluster,
      kubernetesVersion: box.kubernetesVersion,
      ownedByRun: false,
      reachedBy: `--context drainbench-${box.name} --kubeconfig ${cluster.kubeconfigPath}`,
      close,
    };
  }
  const provisions = await provisionBox(signal, options.onToolProgress);
  const box = await bringUpBox({
    ...provisions,
    name: ownName,
    nodeCount: spec.nodes,
    proxyMode,
    lifetime: 'owner',
    signal,
    onProgress: ({ reached, afterMs }) => {
      if (reached === 'dns') {
        options.onStep(
          `cluster of ${countOf(spec.nodes, 'node')} up in ${(afterMs / 1000).toFixed(1)} s (kube-proxy ${proxyMode})`,
        );
      }
    },
  });
  return {
    cluster: embeddedCluster(await requireBox(ownName)),
    kubernetesVersion: box.kubernetesVersion,
    ownedByRun: true,
    reachedBy: '',
    close: async () => {
      const latest = await readBox(ownName).catch(() => box);
      if (latest !== null) await removeBox(latest, { keepLogs: false });
    },
  };
}

function noIpvs(): DrainbenchError {
  return new DrainbenchError({
    code: 'proxy-mode-not-available',
    message: 'the embedded driver runs kube-proxy in nftables or iptables mode',
    found: 'spec.cluster.proxyMode: ipvs',
    fix: 'set spec.cluster.driver to kind, or another proxyMode',
    exitCode: EXIT.usage,
  });
}
