import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api } from '@kubernetes/client-node';

import type { Cluster } from '../../src/cluster/cluster.ts';
import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import type { DisruptionContext, Victim } from '../../src/disrupt/disruption-context.ts';
import type { DeleteOptions, Namespace, Pod } from '../../src/workload/kube-object.ts';
import { SCRIPTED_IMAGE } from './app-manifest.ts';

const POLL_MS = 10;
const FREE_WITHIN_MS = 20_000;
const RUNS_WITHIN_MS = 20_000;

/** Nobody watches it. */
export const STRANGERS = 'strangers';

let strangers = 0;
/** By cluster and node, the last who wait for an address there. */
const turns = new Map<string, Promise<unknown>>();

/**
 * A Pod that belongs to nobody's workload, on the victim's node, with the victim's address: it is created as soon as the
 * node's address management says that the address is free, and told to be the next in turn. Which address it got is in
 * the answer: somebody else may have been quicker. A node reserves one address at a time.
 */
export async function startStranger(
  context: Pick<DisruptionContext, 'kubeConfig' | 'signal'>,
  cluster: Pick<Cluster, 'name'>,
  victim: Pick<Victim, 'node' | 'ip'>,
  env: Readonly<Record<string, string>>,
): Promise<Victim> {
  await waitFor(`${victim.ip} is free`, FREE_WITHIN_MS, context.signal, () => isAddressFree(cluster, victim));
  const node = `${cluster.name}/${victim.node}`;
  const mine = (turns.get(node) ?? Promise.resolve()).then(() => takeAddress(context, cluster, victim, env));
  turns.set(
    node,
    mine.catch(() => undefined), // told to whoever called
  );
  return mine;
}

async function takeAddress(
  { kubeConfig, signal }: Pick<DisruptionContext, 'kubeConfig' | 'signal'>,
  cluster: Pick<Cluster, 'name'>,
  victim: Pick<Victim, 'node' | 'ip'>,
  env: Readonly<Record<string, string>>,
): Promise<Victim> {
  const namespace = STRANGERS;
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  await reserveNext(cluster, victim, signal);
  const name = `stranger-${process.pid}-${++strangers}`;
  await core.createNamespacedPod({ namespace, body: strangerPod(name, victim.node, env) });
  let pod: Pod | undefined;
  await waitFor(`Pod ${name} has an address`, RUNS_WITHIN_MS, signal, async () => {
    pod = await core.readNamespacedPod({ namespace, name });
    return pod.status?.podIP !== undefined;
  });
  return { name, uid: pod?.metadata?.uid ?? '', node: victim.node, ip: pod?.status?.podIP ?? '' };
}

/** Makes the namespace that strangers live in, once for a box. */
export async function makeStrangersNamespace({
  kubeConfig,
  signal,
}: Pick<DisruptionContext, 'kubeConfig' | 'signal'>): Promise<void> {
  const body: Namespace = { metadata: { name: STRANGERS } };
  await apiClient(kubeConfig, CoreV1Api, signal).createNamespace({ body });
}

/** Removes those that are there; returns without waiting for their end. */
export async function dismissStrangers({
  kubeConfig,
  signal,
}: Pick<DisruptionContext, 'kubeConfig' | 'signal'>): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const body: DeleteOptions = { gracePeriodSeconds: 0 };
  await core.deleteCollectionNamespacedPod({ namespace: STRANGERS, body });
}

function strangerPod(name: string, node: string, env: Readonly<Record<string, string>>): Pod {
  return {
    metadata: { name },
    spec: {
      nodeName: node,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'stranger',
          image: SCRIPTED_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
        },
      ],
    },
  };
}

/** Waits until a Pod's address is free, and makes it the next that its node gives away. */
export async function reserveNext(
  cluster: Pick<Cluster, 'name'>,
  pod: Pick<Victim, 'node' | 'ip'>,
  signal: AbortSignal,
): Promise<void> {
  await waitFor(`${pod.ip} is free`, FREE_WITHIN_MS, signal, () => isAddressFree(cluster, pod));
  await writeFile(join(addressesOf(cluster, pod.node), 'last_reserved_ip.0'), before(pod.ip));
}

/** Whether the node's address management can give a Pod's address to another one. */
export async function isAddressFree(
  cluster: Pick<Cluster, 'name'>,
  { node, ip }: Pick<Victim, 'node' | 'ip'>,
): Promise<boolean> {
  return readFile(join(addressesOf(cluster, node), ip)).then(
    () => false,
    () => true,
  );
}

function addressesOf({ name }: Pick<Cluster, 'name'>, node: string): string {
  return join(boxPaths(name).root, node, 'ipam', 'drainbench');
}

/** The address management goes on from the address that it gave last. */
function before(ip: string): string {
  const bytes = ip.split('.').map(Number);
  return [...bytes.slice(0, 3), (bytes[3] ?? 1) - 1].join('.');
}

async function waitFor(
  what: string,
  withinMs: number,
  signal: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new Error(`within ${withinMs} ms it did not come about that ${what}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}
