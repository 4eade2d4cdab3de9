import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

import { execa } from 'execa';

import type { Cluster } from '../../src/cluster/cluster.ts';

/** What is done to packets on the nodes of a box, and what the nodes' own rules say. */
export class NodeNetwork {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  get nodes(): readonly string[] {
    return this.#cluster.nodes.map(({ name }) => name);
  }

  /** Starts a program of this host in a node's network. */
  start(node: string, command: readonly string[]): ChildProcessWithoutNullStreams {
    const [file, ...args] = this.#commandOn(node, command);
    return spawn(file, args);
  }

  /** Gives nft a script. */
  async nft(node: string, script: string): Promise<void> {
    const [file, ...args] = this.#commandOn(node, ['nft', '-f', '-']);
    await execa(file, args, { input: script });
  }

  async nftEverywhere(script: string): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.nft(node, script)));
  }

  /** Ports of the clients (as they know them) that a rule of ours has put into a set `{ address . port }`. */
  async portsIn(node: string, table: string, set: string): Promise<readonly number[]> {
    const [file, ...args] = this.#commandOn(node, ['nft', '-j', 'list', 'set', 'ip', table, set]);
    const { stdout } = await execa(file, args);
    return portsOf(stdout);
  }

  /** Makes a node's connection tracking forget what fits; returns the clients' ports of what it has forgotten. */
  async forget(node: string, filter: readonly string[]): Promise<readonly number[]> {
    const [file, ...args] = this.#commandOn(node, ['conntrack', '-D', '-p', 'tcp', ...filter]);
    // It fails where nothing fits.
    const { stdout } = await execa(file, args, { reject: false });
    return [...stdout.matchAll(/^tcp.*? sport=(\d+)/gm)].map(([, port]) => Number(port));
  }

  /** IPv4 addresses of a node, those of its ends of the Pods' links among them. */
  async addressesOf(node: string): Promise<readonly string[]> {
    const [file, ...args] = this.#commandOn(node, ['ip', '-4', '-o', 'addr']);
    const { stdout } = await execa(file, args);
    return [...stdout.matchAll(/inet (\d+\.\d+\.\d+\.\d+)/g)].map(([, address]) => address ?? '');
  }

  /** Whether a node's rules reject what comes to this NodePort because its Service has no endpoints. */
  async rejects(node: string, port: number): Promise<boolean> {
    const nft = this.#cluster.proxyMode === 'nftables';
    const command = nft
      ? ['nft', 'list', 'map', 'ip', 'kube-proxy', 'no-endpoint-nodeports']
      : ['iptables-save', '-t', 'filter'];
    const [file, ...args] = this.#commandOn(node, command);
    const { stdout } = await execa(file, args);
    return nft
      ? new RegExp(`\\. ${port}\\b`).test(stdout)
      : new RegExp(`has no endpoints.*--dport ${port} `).test(stdout);
  }

  /** Whether any rule of a node's kube-proxy still leads to this address. */
  async leadsTo(node: string, ip: string): Promise<boolean> {
    const nft = this.#cluster.proxyMode === 'nftables';
    const command = nft ? ['nft', 'list', 'table', 'ip', 'kube-proxy'] : ['iptables-save', '-t', 'nat'];
    const [file, ...args] = this.#commandOn(node, command);
    const { stdout } = await execa(file, args);
    return new RegExp(`\\b${ip.replaceAll('.', '\\.')}\\b`).test(stdout);
  }

  #commandOn(node: string, command: readonly string[]): [string, ...string[]] {
    const { onNode } = this.#cluster.sources;
    if (onNode === null) throw new Error('this cluster does not let anybody in');
    return onNode(node, command);
  }
}

interface NftSet {
  readonly nftables: readonly { readonly set?: { readonly elem?: readonly unknown[] } }[];
}

/** Ports of `{"concat": [address, port]}`, with or without what nft knows besides of an element. */
export function portsOf(json: string): readonly number[] {
  const { nftables } = JSON.parse(json) as NftSet;
  return nftables
    .flatMap(({ set }) => set?.elem ?? [])
    .flatMap((element) => {
      const { elem } = element as { elem?: { val?: unknown } };
      const { concat } = (elem?.val ?? element) as { concat?: readonly unknown[] };
      const port = concat?.[1];
      return typeof port === 'number' ? [port] : [];
    });
}
