import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { isAlive, type ProcessIdentity } from '../../model/process-identity.ts';
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
import { runComponent } from './run-component.ts';

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
 * files that it had. `node` is ignored for the API server, which is on none.
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
  await stop(spec.name, before, signal);
  const system = cgroupFolders(cgroupLayout(), box.id, 'system');
  const { identity } = await runComponent(boxPaths(boxName), box.init, system, spec);
  const latest = await requireBox(boxName);
  await writeBox({ ...latest, components: { ...latest.components, [spec.name]: identity } });
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
async function stop(name: string, waiting: ProcessIdentity, signal: AbortSignal): Promise<void> {
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
    if (sent !== wanted) for (const child of childrenOf(waiting.pid)) kill(child, wanted);
    sent = wanted;
    await sleep(5, undefined, { signal });
  }
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    return []; // gone meanwhile
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone meanwhile
  }
}
