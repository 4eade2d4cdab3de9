import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster } from '../cluster/cluster.ts';
import { connectFailure } from '../load/connect-failure.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Finding } from '../model/verdict.ts';
import type { KubeObject } from '../observe/watch-state.ts';

export interface LoadTargets {
  readonly targets: readonly { readonly host: string; readonly port: number }[];
  readonly findings: readonly Finding[];
}

/** kube-proxy writes a new NodePort within a second or so, on a busy cluster within several. */
const ANSWERS_WITHIN_MS = 15_000;
/** Once one node answers, the others get this much longer. */
const OTHERS_WITHIN_MS = 3_000;
const POLL_INTERVAL_MS = 200;

/**
 * Where the load goes to: the Service's NodePort on every node. On a cluster that is not ours it is tried out first,
 * with one TCP connection to each address that a node may have; where nodes may not be listed, those with Pods of the
 * run are used.
 *
 * @throws DrainbenchError `nodeport-unreachable` when no node answers this host.
 */
export async function loadTargets(
  cluster: Cluster,
  nodePort: number,
  pods: Iterable<KubeObject>,
  signal: AbortSignal,
): Promise<LoadTargets> {
  const at = (host: string) => ({ host, port: nodePort });
  if (cluster.driver !== 'existing') {
    return { targets: cluster.nodes.map(({ address }) => at(address)), findings: [] };
  }
  const nodes = cluster.nodes.length > 0 ? cluster.nodes : nodesOfPods(pods);
  const hosts = await tryNodes(nodes, nodePort, signal);
  const answering = hosts.filter((host) => host !== null);
  if (answering.length === 0) throw unreachable(nodes, nodePort);
  const silent = nodes.filter((_, index) => hosts[index] === null).map(({ name }) => name);
  return {
    targets: answering.map(at),
    findings: silent.length === 0 ? [] : [partly(silent)],
  };
}

interface Candidate {
  readonly name: string;
  readonly address: string;
  readonly addresses?: readonly string[];
}

function nodesOfPods(pods: Iterable<KubeObject>): Candidate[] {
  const byName = new Map<string, Candidate>();
  for (const pod of pods) {
    const { nodeName: name } = (pod['spec'] ?? {}) as { nodeName?: string };
    const { hostIP: address } = (pod['status'] ?? {}) as { hostIP?: string };
    if (name !== undefined && address !== undefined) byName.set(name, { name, address });
  }
  return [...byName.values()];
}

/** For each node the first of its addresses that accepts a connection; `null` where none does. */
async function tryNodes(
  nodes: readonly Candidate[],
  port: number,
  signal: AbortSignal,
): Promise<(string | null)[]> {
  const answers: (string | null)[] = nodes.map(() => null);
  let deadline = performance.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    await Promise.all(
      nodes.map(async ({ address, addresses = [address] }, index) => {
        if (answers[index] !== null) return;
        const failed = await Promise.all(addresses.map((host) => connectFailure(host, port, signal)));
        answers[index] = addresses.find((_, at) => failed[at] === null) ?? null;
      }),
    );
    signal.throwIfAborted();
    if (answers.every((answer) => answer !== null)) return answers;
    if (answers.some((answer) => answer !== null))
      deadline = Math.min(deadline, performance.now() + OTHERS_WITHIN_MS);
    if (performance.now() > deadline) return answers;
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}

function unreachable(nodes: readonly Candidate[], port: number): DrainbenchError {
  const tried = nodes.flatMap(({ name, address, addresses = [address] }) =>
    addresses.map((host) => `${name} at ${host}:${port}`),
  );
  return new DrainbenchError({
    code: 'nodeport-unreachable',
    message: "this host does not reach the app: no node accepts connections on the Service's NodePort",
    expected: 'a TCP connection to at least one node within 15 s, the Pods being Ready',
    found: tried.length === 0 ? 'no node with an address' : `no answer from ${tried.join(', ')}`,
    fix: "run drainbench on a machine that reaches the nodes' addresses, open the NodePorts (30000-32767) for this one, or let the load run in the cluster: `from: inside` in each of the scenario's loads",
  });
}

function partly(silent: readonly string[]): Finding {
  return {
    code: 'nodeport-partly-reachable',
    severity: 'warning',
    message: `${countOf(silent.length, 'node does', 'nodes do')} not accept connections on the NodePort (${silent.join(', ')}): ${silent.length === 1 ? 'its' : 'their'} kube-proxy gets no load.`,
  };
}
