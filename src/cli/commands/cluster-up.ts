import { bringUpBox, type UpProgress } from '../../cluster/embedded/up.ts';
import { boxPaths } from '../../cluster/embedded/box-paths.ts';
import { readBox } from '../../cluster/embedded/box-store.ts';
import { provisionBox } from '../../cluster/embedded/provision.ts';
import { requireRoot } from '../../cluster/embedded/require-root.ts';
import { kindPaths } from '../../cluster/kind/kind-paths.ts';
import { readKind } from '../../cluster/kind/kind-store.ts';
import type { KindUpProgress } from '../../cluster/kind/kind-up-options.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { chooseDriver } from '../../run/open/choose-driver.ts';
import { interruption } from '../interruption.ts';
import { toolProgressLine } from '../tool-progress-line.ts';
import { printError } from '../print.ts';

export interface ClusterUpOptions {
  readonly name: string;
  readonly driver: 'auto' | 'embedded' | 'kind';
  readonly nodes: number;
  readonly proxyMode: 'nftables' | 'iptables' | 'ipvs';
  readonly nodeImage?: string;
}

/** Builds what is missing and brings up a cluster, with a line for each step reached on stderr. */
export async function clusterUp(options: ClusterUpOptions): Promise<{ readonly kubeconfigPath: string }> {
  const { name } = options;
  interruption.adviseCleanUp(`drainbench cluster down --name ${name}`);
  const driver = await chooseDriver(options.driver, null, interruption.signal);
  return driver === 'kind' ? upKind(options) : upBox(options);
}

async function upBox(options: ClusterUpOptions): Promise<{ readonly kubeconfigPath: string }> {
  const { name, proxyMode } = options;
  const { signal } = interruption;
  if (proxyMode === 'ipvs') throw onlyKind('--proxy-mode ipvs');
  if (options.nodeImage !== undefined) throw onlyKind('--node-image');
  requireRoot();
  if ((await readKind(name)) !== null) throw nameTaken(name, 'kind');
  const provisions = await provisionBox(signal, toolProgressLine({ showCached: false }));
  await bringUpBox({
    ...provisions,
    name,
    nodeCount: options.nodes,
    proxyMode,
    lifetime: 'kept',
    signal,
    onProgress: ({ reached, afterMs }) => showStep(afterMs, BOX_STEPS[reached]),
  });
  return { kubeconfigPath: boxPaths(name).kubeconfig };
}

async function upKind(options: ClusterUpOptions): Promise<{ readonly kubeconfigPath: string }> {
  const { name, proxyMode } = options;
  if ((await readBox(name)) !== null) throw nameTaken(name, 'embedded');
  // Loaded late: the API client takes half a second and more, which no other command should pay.
  const { bringUpKind } = await import('../../cluster/kind/kind-up.ts');
  await bringUpKind({
    name,
    nodeCount: options.nodes,
    proxyMode,
    nodeImage: options.nodeImage ?? null,
    lifetime: 'kept',
    signal: interruption.signal,
    onToolProgress: toolProgressLine({ showCached: false }),
    onNotice: (line) => printError(`${line}\n`),
    onProgress: ({ reached, afterMs, detail }) =>
      showStep(afterMs, `${KIND_STEPS[reached]}${detail === undefined ? '' : `: ${detail}`}`),
  });
  return { kubeconfigPath: kindPaths(name).kubeconfig };
}

function showStep(afterMs: number, step: string): void {
  printError(`${(afterMs / 1000).toFixed(1).padStart(5)} s  ${step}\n`);
}

const BOX_STEPS: Readonly<Record<UpProgress['reached'], string>> = {
  namespaces: 'namespaces, mounts and network laid out',
  api: 'API server ready',
  nodes: 'all nodes Ready',
  dns: 'first Pod running, cluster DNS answers',
};

const KIND_STEPS: Readonly<Record<KindUpProgress['reached'], string>> = {
  engine: 'engine answers',
  pulling: 'pulling the node image, which can take minutes',
  checked: 'the engine starts nodes',
  created: 'nodes created, Kubernetes started',
  usable: 'all nodes and system Pods Ready, kube-proxy has written its rules',
};

function onlyKind(option: string): DrainbenchError {
  return new DrainbenchError({
    code: 'option-conflict',
    message: `${option} is for the kind driver`,
    fix: 'add --driver kind',
    exitCode: EXIT.usage,
  });
}

function nameTaken(name: string, driver: string): DrainbenchError {
  return new DrainbenchError({
    code: driver === 'kind' ? 'kind-exists' : 'box-exists',
    message: `a cluster named "${name}" exists already (driver ${driver})`,
    fix: `use it, or remove it: drainbench cluster down --name ${name} (or give another --name)`,
    exitCode: EXIT.usage,
  });
}
