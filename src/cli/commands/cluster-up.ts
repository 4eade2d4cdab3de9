import { bringUpBox, type UpProgress } from '../../cluster/embedded/up.ts';
import { boxPaths } from '../../cluster/embedded/box-paths.ts';
import type { ProxyMode } from '../../cluster/embedded/box-record.ts';
import { provisionBox } from '../../cluster/embedded/provision.ts';
import { interruption } from '../interruption.ts';
import { toolProgressLine } from '../tool-progress-line.ts';

export interface ClusterUpOptions {
  readonly name: string;
  readonly nodes: number;
  readonly proxyMode: ProxyMode;
}

/** Builds what is missing and brings up a box, with a line for each step reached on stderr. */
export async function clusterUp(options: ClusterUpOptions): Promise<{ readonly kubeconfigPath: string }> {
  const { signal } = interruption;
  interruption.adviseCleanUp(`drainbench cluster down --name ${options.name}`);
  const provisions = await provisionBox(signal, toolProgressLine({ showCached: false }));
  await bringUpBox({
    ...provisions,
    name: options.name,
    nodeCount: options.nodes,
    proxyMode: options.proxyMode,
    lifetime: 'kept',
    signal,
    onProgress: ({ reached, afterMs }) =>
      process.stderr.write(`${(afterMs / 1000).toFixed(1).padStart(5)} s  ${STEPS[reached]}\n`),
  });
  return { kubeconfigPath: boxPaths(options.name).kubeconfig };
}

const STEPS: Readonly<Record<UpProgress['reached'], string>> = {
  namespaces: 'namespaces, mounts and network laid out',
  api: 'API server ready',
  nodes: 'all nodes Ready',
  dns: 'first Pod running, cluster DNS answers',
};
