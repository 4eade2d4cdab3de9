import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { isAlive, type ProcessIdentity } from '../../model/process-identity.ts';
import { signalProcess } from '../../model/signal-process.ts';
import type { ClusterControl, NodeComponent } from '../cluster.ts';
import { boxPaths, INSIDE } from './box-paths.ts';
import type { BoxRecord } from './box-record.ts';
import { requireBox, writeBox } from './box-store.ts';
import { cgroupFolders, cgroupLayout } from './cgroups.ts';
import type { ComponentSpec } from './components/component.ts';
import { containerd } from './components/containerd.ts';
import { kubeApiserver } from './components/kube-apiserver.ts';
import { kubelet } from './components/kubelet.ts';
import { enterBox } from './enter-box.ts';
import { hasSysResource } from './has-sys-resource.ts';
import { planNetwork } from './network-plan.ts';
import { childrenOf, identifyComponent, runComponent } from './run-component.ts';

/** What `systemctl restart` would wait is 90 s; none of these needs more than a second. */
const STOP_WITHIN_MS = 10_000;

/** A hand on the components of a box. */
export function boxControl(boxName: string): ClusterControl {
  return {
    restart: (component, node, signal) => restartComponent(boxName, component, node, signal),
    killContainer: async (node, containerId, signal) => {
      const { init } = await requireBox(boxName);
      const [command, ...args] = enterBox(init, node, [
        `${INSIDE.tools}/containerd/ctr`,
        '--address',
        INSIDE.containerdSocket(node),
        '--namespace',
        'k8s.io',
        'tasks',
        'kill',
        '--signal',
        'SIGKILL',
        containerId,
      ]);
      const { exitCode, all } = await execa(command, args, {
        reject: false,
        cancelSignal: signal,
        all: true,
      });
      signal.throwIfAborted();
      if (exitCode === 0) return;
      throw new DrainbenchError({
        code: 'container-not-killed',
        message: `container ${containerId} on ${node} could not be killed`,
        found: all.trim(),
        command: [command, ...args].join(' '),
      });
    },
  };
}

/**
 * Asks a component of a running box to end (SIGTERM; SIGKILL where that does not help), and starts it again with the
 * files that it had. `node` is ignored for the API server, which is on none. Once it was asked to end nothing calls this
 * off: whoever tidies up needs the component too.
 */
export async function restartComponent(
  boxName: string,
  component: NodeComponent | 'kube-apiserver',
  node: string,
  signal: AbortSignal,
): Promise<void> {
  const box = await requireBox(boxName);
  const spec = await componentSpec(box, component, node);
  const before = box.components[spec.name];
  if (before === undefined) throw new Error(`box ${boxName} has no component ${spec.name}`);
  signal.throwIfAborted();
  await stop(spec.name, before);
  const system = cgroupFolders(cgroupLayout(), box.id, 'system');
  const { identity } = await runComponent(boxPaths(boxName), box.init, system, spec);
  const latest = await requireBox(boxName);
  const others = Object.entries(latest.processes ?? {}).filter(([name]) => name !== spec.name);
  const itself = await startedBy(identity);
  await writeBox({
    ...latest,
    components: { ...latest.components, [spec.name]: identity },
    processes: Object.fromEntries(itself === null ? others : [...others, [spec.name, itself]]),
  });
}

async function componentSpec(
  box: BoxRecord,
  component: NodeComponent | 'kube-apiserver',
  nodeName: string,
): Promise<ComponentSpec> {
  const network = planNetwork(box.slot, box.nodeCount);
  if (component === 'kube-apiserver') return kubeApiserver(network);
  const node = network.nodes.find(({ name }) => name === nodeName);
  if (node === undefined) throw new Error(`box ${box.name} has no node ${nodeName}`);
  return component === 'kubelet' ? kubelet(network, node, box) : containerd(node, !(await hasSysResource()));
}

/** What the box's record knows is the `nsenter` that waits for the component; the component is its only child. */
async function stop(name: string, waiting: ProcessIdentity): Promise<void> {
  const startedAt = performance.now();
  let sent: NodeJS.Signals | null = null;
  while (isAlive(waiting)) {
    const late = performance.now() - startedAt > STOP_WITHIN_MS;
    if (performance.now() - startedAt > 2 * STOP_WITHIN_MS) {
      throw new DrainbenchError({
        code: 'component-not-stopped',
        message: `${name} does not end, not even by SIGKILL`,
      });
    }
    const wanted = late ? 'SIGKILL' : 'SIGTERM';
    if (sent !== wanted) for (const child of childrenOf(waiting.pid)) signalProcess(child, wanted);
    sent = wanted;
    await sleep(5);
  }
}

/** The shell becomes the waiting parent, and that starts the component, some milliseconds later. */
async function startedBy(parent: ProcessIdentity): Promise<ProcessIdentity | null> {
  for (const deadline = performance.now() + 2_000; performance.now() < deadline && isAlive(parent);) {
    const itself = identifyComponent(parent);
    if (itself !== null) return itself;
    await sleep(5);
  }
  return null;
}
