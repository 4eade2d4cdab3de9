import { Resolver } from 'node:dns/promises';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

import { countOf } from '../../model/count-of.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { connectBoxApi, type BoxApi } from './box-api.ts';
import { addonObjects, nodeObjects } from './box-objects.ts';
import { boxPaths, type BoxPaths } from './box-paths.ts';
import type { BoxRecord, ProxyMode } from './box-record.ts';
import { claimSlot, createBox, currentOwner, readBox, releaseSlot, writeBox } from './box-store.ts';
import { cgroupFolders, cgroupLayout, createCgroups } from './cgroups.ts';
import type { ComponentSpec } from './components/component.ts';
import { containerd } from './components/containerd.ts';
import { etcd } from './components/etcd.ts';
import { kubeApiserver } from './components/kube-apiserver.ts';
import { kubeControllerManager } from './components/kube-controller-manager.ts';
import { kubeProxy } from './components/kube-proxy.ts';
import { kubeScheduler } from './components/kube-scheduler.ts';
import { kubeconfig } from './components/kubeconfig.ts';
import { kubelet } from './components/kubelet.ts';
import { enterBox } from './enter-box.ts';
import { freeSlots } from './free-slots.ts';
import { hasSysResource } from './has-sys-resource.ts';
import { importImage, waitForContainerd } from './import-image.ts';
import { mountScript } from './mount-script.ts';
import { planNetwork, type NetworkPlan, type NodeNetwork } from './network-plan.ts';
import { hostLinkBatch, networkScript } from './network-script.ts';
import { writePki } from './pki.ts';
import { isAlive, type ProcessIdentity } from '../../model/process-identity.ts';
import {
  componentFailure,
  runComponent,
  writeComponentFiles,
  type RunningComponent,
  identifyComponent,
} from './run-component.ts';
import { removeBox } from './remove-box.ts';
import { requireInotify } from './require-inotify.ts';
import { startInit } from './start-init.ts';
import { waitUntil, WaitTimeout } from './wait-until.ts';
import { FAILURES_KEPT } from './state-directory.ts';

export interface UpOptions {
  readonly name: string;
  readonly nodeCount: number;
  readonly proxyMode: ProxyMode;
  readonly lifetime: BoxRecord['lifetime'];
  readonly kubernetesVersion: string;
  /** Host folders with the binaries of each tool. */
  readonly tools: Readonly<
    Record<'etcd' | 'kubernetes' | 'containerd' | 'runc' | 'cni' | 'pause' | 'conntrack-events', string>
  >;
  /** OCI archives that every node gets before it starts. */
  readonly images: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: UpProgress) => void;
}

export interface UpProgress {
  /** What has just been reached. */
  readonly reached: 'namespaces' | 'api' | 'nodes' | 'dns';
  /** Since the start of `bringUpBox`. */
  readonly afterMs: number;
}

/** What all steps of one `up` share. */
interface Bringing {
  readonly options: UpOptions;
  readonly network: NetworkPlan;
  readonly paths: BoxPaths;
  readonly init: ProcessIdentity;
  readonly system: readonly string[];
  readonly running: RunningComponent[];
  readonly api: BoxApi;
}

/**
 * Brings up a box: a complete Kubernetes in namespaces of its own, with DNS answering when this returns. On any
 * failure, and on abort, nothing stays but the logs, which the error names.
 */
export async function bringUpBox(options: UpOptions): Promise<BoxRecord> {
  const startedAt = performance.now();
  const reached = (step: UpProgress['reached']) =>
    options.onProgress({ reached: step, afterMs: performance.now() - startedAt });
  const owner = currentOwner();
  planNetwork(0, options.nodeCount); // a wrong count is said before anything is made
  await requireInotify(options.nodeCount);
  const slot = await claimSlot(await freeSlots(), owner);
  if (slot === null) throw noFreeSlot();

  const record: BoxRecord = {
    schemaVersion: 1,
    name: options.name,
    id: `${options.name}-${Date.now().toString(36)}-${owner.pid.toString(36)}`,
    slot,
    nodeCount: options.nodeCount,
    proxyMode: options.proxyMode,
    phase: 'starting',
    lifetime: options.lifetime,
    createdAt: new Date().toISOString(),
    kubernetesVersion: options.kubernetesVersion,
    owner,
    init: null,
    components: {},
  };
  try {
    await createBox(record);
  } catch (error) {
    await releaseSlot(slot);
    throw error;
  }
  try {
    return await start(record, options, reached);
  } catch (error) {
    throw await afterFailure(record, error);
  }
}

async function start(
  record: BoxRecord,
  options: UpOptions,
  reached: (step: UpProgress['reached']) => void,
): Promise<BoxRecord> {
  const { signal } = options;
  const network = planNetwork(record.slot, record.nodeCount);
  const paths = boxPaths(record.name);
  const layout = cgroupLayout();
  const nodeNames = network.nodes.map((node) => node.name);
  const pki = writePki(paths.pki, network);
  pki.catch(() => undefined); // awaited below; a failure before that must not be unhandled

  await createCgroups(layout, record.id, ['system', ...nodeNames]);
  const system = cgroupFolders(layout, record.id, 'system');
  const init = await startInit(paths, join(options.tools.pause, 'pause'), system, signal);
  const withInit: BoxRecord = { ...record, init };
  await writeBox(withInit);
  await layOut(paths, network, init, options.tools, signal);
  reached('namespaces');

  await pki;
  await writeAdminKubeconfig(paths, network, record.name);
  const bringing: Bringing = {
    options,
    network,
    paths,
    init,
    system,
    running: [],
    api: await connectBoxApi(paths.pki, network),
  };
  try {
    await startControlPlane(bringing, record, reached);
    await waitForNodes(bringing);
    reached('nodes');
    await waitForDns(bringing);
    reached('dns');
  } finally {
    await bringing.api.close();
  }
  const components = Object.fromEntries(bringing.running.map(({ name, identity }) => [name, identity]));
  const processes = Object.fromEntries(
    bringing.running.flatMap(({ name, identity }) => {
      const itself = identifyComponent(identity);
      return itself === null ? [] : [[name, itself]];
    }),
  );
  const finished: BoxRecord = { ...withInit, phase: 'running', components, processes };
  await writeBox(finished);
  return finished;
}

/** Mounts, links, routes: one shell inside the box, after the host has handed in its end of the veth pair. */
async function layOut(
  paths: BoxPaths,
  network: NetworkPlan,
  init: ProcessIdentity,
  tools: UpOptions['tools'],
  signal: AbortSignal,
): Promise<void> {
  await execa('ip', ['-batch', '-'], { input: hostLinkBatch(network, init.pid), cancelSignal: signal });
  const script = [mountScript(paths.root, tools), networkScript(network)].join('\n');
  const [command, ...args] = enterBox(init, null, ['sh']);
  try {
    await execa(command, args, { input: script, cancelSignal: signal, all: true });
  } catch (error) {
    signal.throwIfAborted();
    await writeFile(join(paths.logs, 'layout.sh'), script);
    throw new DrainbenchError({
      code: 'box-layout-failed',
      message: "the box's mounts and network could not be laid out",
      detail: error instanceof Error && 'all' in error ? String(error.all) : '',
      fix: 'drainbench doctor',
      cause: error,
    });
  }
}

async function startControlPlane(
  bringing: Bringing,
  record: BoxRecord,
  reached: (step: UpProgress['reached']) => void,
): Promise<void> {
  const { network, options, api } = bringing;
  const restrictOomScore = !(await hasSysResource());
  await run(bringing, etcd());
  await run(bringing, kubeApiserver(network));
  const runtimes = Promise.all(network.nodes.map((node) => startRuntime(bringing, node, restrictOomScore)));
  runtimes.catch(() => undefined); // awaited below
  await waitForApi(bringing);
  reached('api');
  await Promise.all([
    run(bringing, kubeControllerManager(network, record.name)),
    run(bringing, kubeScheduler(network, record.name)),
    createAll(api, nodeObjects(network)),
  ]);
  await runtimes;
  await Promise.all([
    ...network.nodes.map((node) => run(bringing, kubelet(network, node, record))),
    ...network.nodes.map((node) => run(bringing, kubeProxy(network, node, record.name, options.proxyMode))),
    createAll(api, addonObjects(network)),
  ]);
}

async function startRuntime(bringing: Bringing, node: NodeNetwork, restrictOomScore: boolean): Promise<void> {
  const { options, paths, init } = bringing;
  await mkdir(join(paths.root, node.name, 'manifests'), { recursive: true, mode: 0o700 });
  await run(bringing, containerd(node, restrictOomScore));
  const images = join(paths.root, 'images');
  await mkdir(images, { recursive: true });
  await waitForContainerd(init, node.name, options.signal, () => checkAlive(bringing));
  for (const archive of options.images) await importImage(init, paths, node.name, archive, options.signal);
}

async function run(bringing: Bringing, spec: ComponentSpec): Promise<void> {
  await writeComponentFiles(bringing.paths, spec);
  bringing.options.signal.throwIfAborted();
  bringing.running.push(await runComponent(bringing.paths, bringing.init, bringing.system, spec));
}

async function waitForApi(bringing: Bringing): Promise<void> {
  await waitFor(bringing, 'the API server to be ready', 60_000, async () => {
    const answer = await bringing.api.get('/readyz').catch(() => null);
    return answer?.status === 200 ? true : null;
  });
}

async function waitForNodes(bringing: Bringing): Promise<void> {
  const count = bringing.network.nodes.length;
  await waitFor(
    bringing,
    `${count === 1 ? 'the' : 'all'} ${countOf(count, 'node')} to be Ready`,
    90_000,
    async () => {
      const answer = await bringing.api.get('/api/v1/nodes');
      const nodes = answer.body as {
        items: { status?: { conditions?: { type: string; status: string }[] } }[];
      };
      const ready = nodes.items.filter((node) =>
        node.status?.conditions?.some(
          (condition) => condition.type === 'Ready' && condition.status === 'True',
        ),
      );
      return ready.length === bringing.network.nodes.length ? true : null;
    },
  );
}

/** Asks the cluster's DNS from the harness host, through the Service and the first node's kube-proxy. */
async function waitForDns(bringing: Bringing): Promise<void> {
  const { dnsService, kubernetesService } = bringing.network;
  await waitFor(bringing, `the cluster DNS at ${dnsService} to answer`, 60_000, async () => {
    const resolver = new Resolver({ timeout: 100, tries: 1 });
    resolver.setServers([dnsService]);
    const addresses = await resolver
      .resolve4('kubernetes.default.svc.cluster.local')
      .catch((): string[] => []);
    return addresses.includes(kubernetesService) ? true : null;
  });
}

async function waitFor(
  bringing: Bringing,
  what: string,
  timeoutMs: number,
  probe: () => Promise<true | null>,
): Promise<void> {
  const { signal } = bringing.options;
  const alive = () => checkAlive(bringing);
  try {
    await waitUntil(what, probe, { timeoutMs, intervalMs: 20, signal, alive });
  } catch (error) {
    if (error instanceof ComponentEnded)
      throw await componentFailure(bringing.paths, error.component, error.exit);
    if (!(error instanceof WaitTimeout)) throw error;
    throw new DrainbenchError({
      code: 'box-not-ready',
      message: `waited for ${error.message}`,
      cause: error,
    });
  }
}

class ComponentEnded extends Error {
  readonly component: string;
  readonly exit: ReturnType<RunningComponent['exit']>;
  constructor(component: RunningComponent) {
    super(`${component.name} ended`);
    this.component = component.name;
    this.exit = component.exit();
  }
}

function checkAlive(bringing: Bringing): void {
  if (!isAlive(bringing.init)) {
    throw new DrainbenchError({
      code: 'box-init-gone',
      message: 'the init of the box was killed while the box came up',
      fix: 'run the command again',
    });
  }
  const ended = bringing.running.find((component) => component.exit() !== null);
  if (ended !== undefined) throw new ComponentEnded(ended);
}

async function createAll(api: BoxApi, objects: ReturnType<typeof addonObjects>): Promise<void> {
  for (const { path, object } of objects) await api.create(path, object);
}

async function writeAdminKubeconfig(paths: BoxPaths, network: NetworkPlan, boxName: string): Promise<void> {
  const base64 = async (name: string) => (await readFile(join(paths.pki, name))).toString('base64');
  const credentials = {
    ca: await base64('ca.crt'),
    certificate: await base64('admin.crt'),
    key: await base64('admin.key'),
  };
  await writeFile(paths.kubeconfig, kubeconfig(network, boxName, credentials), { mode: 0o600 });
}

/** Removes the box, keeps its logs, and makes sure that the error says where they are. */
async function afterFailure(record: BoxRecord, error: unknown): Promise<unknown> {
  // The record on disk knows the init, if it came that far.
  const latest = (await readBox(record.name).catch(() => null)) ?? record;
  const kept = await removeBox(latest, { keepLogs: !isAbort(error) });
  if (isAbort(error) || kept === null) return error;
  const known = error instanceof DrainbenchError ? error : null;
  return new DrainbenchError({
    code: known?.code ?? 'box-up-failed',
    message:
      known?.message ??
      `the box could not be brought up: ${error instanceof Error ? error.message : String(error)}`,
    ...(known?.detail === undefined ? {} : { detail: known.detail }),
    ...(known?.command === undefined ? {} : { command: known.command }),
    fix:
      known?.code === 'component-failed' || known?.fix === undefined
        ? `read the logs in ${kept} (kept of the last ${FAILURES_KEPT} failures)`
        : `${known.fix}; logs are kept in ${kept} (of the last ${FAILURES_KEPT} failures)`,
    cause: error,
  });
}

function isAbort(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'AbortError' || error.message === 'This operation was aborted')
  );
}

function noFreeSlot(): DrainbenchError {
  return new DrainbenchError({
    code: 'box-slot-exhausted',
    message: 'no address range of 198.18.0.0/15 is free for another box',
    fix: 'drainbench cluster list, then drainbench cluster down --name NAME',
  });
}
