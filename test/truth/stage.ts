import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

import type { Cluster } from '../../src/cluster/cluster.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import { deletePods } from '../../src/disrupt/delete-pods.ts';
import type { DisruptionContext, Victim } from '../../src/disrupt/disruption-context.ts';
import { readyPods } from '../../src/disrupt/ready-pods.ts';
import { recordAction } from '../../src/disrupt/record-action.ts';
import { SERVER } from './app-manifest.ts';
import { CONTROL_PORT, commandServer } from './command-server.ts';
import { askHeadlessName, deleteHeadlessService } from './name-server.ts';
import { NodeNetwork } from './node-network.ts';
import { signalComponent } from '../support/signal-component.ts';
import { isAddressFree, reserveNext, startStranger } from './stranger.ts';
import { tryConnect } from './try-connect.ts';
import type { TruthLine } from './truth-line.ts';

/** No condition of a fault takes longer than this to come about. */
const DEADLINE_MS = 20_000;
/** Attempts in a row that nobody answered, after which nobody has the address. */
const SILENCES = 4;
/** See app/proxy.js. */
const PROXY_CONTROL_PORT = 8093;

/** What a fault may do to the cluster under load. Every step of its own is marked in the truth record. */
export class Stage {
  readonly network: NodeNetwork;
  /** Everything told so far, by whomever. */
  readonly lines: readonly TruthLine[];
  readonly #context: DisruptionContext;
  readonly #cluster: Cluster;
  readonly #switchFile: string;
  readonly #tell: (line: TruthLine) => void;

  constructor(
    context: DisruptionContext,
    cluster: Cluster,
    switchFile: string,
    record: { readonly lines: readonly TruthLine[]; readonly tell: (line: TruthLine) => void },
  ) {
    this.network = new NodeNetwork(cluster);
    this.lines = record.lines;
    this.#context = context;
    this.#cluster = cluster;
    this.#switchFile = switchFile;
    this.#tell = record.tell;
  }

  /** Tells the truth record of a step of the script's own. */
  mark(what: string, fields: Partial<TruthLine> = {}): void {
    this.#tell({ atNs: this.#context.nowNs(), pod: null, what, ...fields });
  }

  async wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#context.signal });
  }

  /** The Pods that are Ready, in the order of their names. */
  async pods(): Promise<readonly Victim[]> {
    const pods = await readyPods(this.#context);
    return pods.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Gives a scripted server (or what listens at another port of its Pod) a command, see app/control.js. */
  async command({ ip }: Victim, command: string, port = CONTROL_PORT): Promise<void> {
    await commandServer(ip, command, port);
  }

  /** The same where the server may be blocked, or gone: then it does not do it, or later. */
  async tryCommand({ ip }: Pick<Victim, 'ip'>, command: string, port = CONTROL_PORT): Promise<void> {
    await commandServer(ip, command, port, 250).catch(() => undefined);
  }

  /** From now on all servers and proxies end at once when they are told to: what they do then is no part of the trial. */
  async hurry(): Promise<void> {
    const pods = await this.addressesInUse();
    await Promise.all(
      pods.flatMap((ip) => [
        this.tryCommand({ ip }, 'hurry'),
        this.tryCommand({ ip }, 'hurry', PROXY_CONTROL_PORT),
      ]),
    );
  }

  async delete(victims: readonly Victim[], graceSeconds?: number): Promise<void> {
    this.mark('deleting');
    await deletePods('delete', victims, this.#context, graceSeconds);
  }

  /** SIGKILL to the first process of a Pod's server; returns how often its container had been started anew before. */
  async killServer({ name, uid, node }: Victim): Promise<number> {
    const { kubeConfig, namespace, signal } = this.#context;
    const control = this.#cluster.control;
    if (control === undefined) throw new Error('this cluster does not let anybody in');
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const { status } = await core.readNamespacedPod({ name, namespace });
    const server = status?.containerStatuses?.find((each) => each.name === SERVER);
    const id = server?.containerID?.replace(/^.*:\/\//, '') ?? '';
    this.mark('killing');
    await recordAction({ action: 'kill-container', kind: 'Pod', namespace, name, uid }, this.#context, () =>
      control.killContainer(node, id, signal),
    );
    return server?.restartCount ?? 0;
  }

  async scale(replicas: number): Promise<void> {
    await this.#patch('scale', { spec: { replicas } });
  }

  /** Scales down by this very Pod. */
  async scaleAway({ name }: Victim, replicas: number): Promise<void> {
    const { kubeConfig, namespace, signal } = this.#context;
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const annotations = { 'controller.kubernetes.io/pod-deletion-cost': '-1000' };
    await core.patchNamespacedPod(
      { name, namespace, body: { metadata: { annotations } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    await this.scale(replicas);
  }

  /** A new version of the Deployment, with these settings. */
  async rollOut(env: Readonly<Record<string, string>>): Promise<void> {
    const list = Object.entries(env).map(([name, value]) => ({ name, value }));
    const template = { spec: { containers: [{ name: 'app', env: list }] } };
    await this.#patch('rollout', { spec: { template } });
  }

  /** While `during` runs, the rules of every node stay as they are: its kube-proxy is stopped. */
  async withRulesKept(during: () => Promise<void>): Promise<void> {
    await signalComponent(this.#cluster, 'kube-proxy', 'STOP');
    this.mark('rules-kept');
    try {
      await during();
    } finally {
      this.mark('rules-free');
      await signalComponent(this.#cluster, 'kube-proxy', 'CONT');
    }
  }

  /**
   * Until nobody has these Pods' addresses any more: a router says so, or, as it does not say so to all, nobody answers.
   * Tries a port beside that of the load. Marks `refused-until`: a Pod's kernel still said that nobody listened; and
   * `silent-since`: from here on nobody ever answered again.
   */
  async untilUnreachable(pods: readonly Victim[]): Promise<void> {
    for (const { ip, name } of pods) {
      let silentSinceNs = Infinity;
      let inRow = 0;
      await this.until(`${name} is unreachable`, async () => {
        const beganNs = this.#context.nowNs();
        const answer = await tryConnect(ip, CONTROL_PORT);
        const there = answer === 'open' || answer === 'ECONNREFUSED';
        if (answer === 'ECONNREFUSED') this.#tell({ atNs: beganNs, pod: name, what: 'refused-until' });
        silentSinceNs = there ? Infinity : Math.min(silentSinceNs, beganNs);
        // Silence may be a lost SYN, several times in a row hardly.
        inRow = there ? 0 : inRow + (answer === 'silence' ? 1 : SILENCES / 2);
        return inRow >= SILENCES;
      });
      this.#tell({ atNs: silentSinceNs, pod: name, what: 'silent-since' });
    }
  }

  /** Until the rules of every node say themselves that the Service has no endpoints. */
  async untilServiceRejects(): Promise<void> {
    const port = await this.nodePort();
    for (const node of this.network.nodes) {
      await this.until(`${node} rejects`, () => this.network.rejects(node, port));
    }
  }

  /** Until no rule of any node leads to these Pods any more. */
  async untilUnrouted(pods: readonly Victim[]): Promise<void> {
    for (const { ip } of pods) {
      for (const node of this.network.nodes) {
        await this.until(`${node} forgets ${ip}`, async () => !(await this.network.leadsTo(node, ip)));
      }
    }
  }

  /** The nodes whose rules lead to a Pod. */
  async nodesThatLeadTo({ ip }: Victim): Promise<readonly string[]> {
    const leads = await Promise.all(this.network.nodes.map((node) => this.network.leadsTo(node, ip)));
    return this.network.nodes.filter((_, index) => leads[index]);
  }

  /** Until the rules of these nodes lead to a Pod. */
  async untilRouted({ ip }: Victim, nodes: readonly string[]): Promise<void> {
    for (const node of nodes) {
      await this.until(`${node} leads to ${ip}`, () => this.network.leadsTo(node, ip));
    }
  }

  /** A Pod of nobody's that takes this address as soon as it is free; resolves when it runs with it, or with another. */
  async startStranger(victim: Victim, env: Readonly<Record<string, string>>): Promise<Victim> {
    return startStranger(this.#context, this.#cluster, victim, env);
  }

  /** A Pod that is the only one of its node: its replacement is likely to come there. */
  async lonelyPods(): Promise<readonly Victim[]> {
    const pods = await this.pods();
    const lonely = pods.filter(
      ({ node, uid }) => !pods.some((other) => other.node === node && other.uid !== uid),
    );
    return lonely.slice(0, 1);
  }

  /** While `during` runs, no controller acts. */
  async withoutControllers(during: () => Promise<void>): Promise<void> {
    await signalComponent(this.#cluster, 'kube-controller-manager', 'STOP');
    try {
      await during();
    } finally {
      await signalComponent(this.#cluster, 'kube-controller-manager', 'CONT');
    }
  }

  /** Waits until a Pod's address is free, and makes it the next that its node gives away. */
  async reserveNext(pod: Victim): Promise<void> {
    await reserveNext(this.#cluster, pod, this.#context.signal);
    this.mark('address-reserved');
  }

  /** Addresses of all Pods under load, Ready or not. */
  async addressesInUse(): Promise<readonly string[]> {
    const { kubeConfig, namespace, selector, signal } = this.#context;
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: selector });
    return items.flatMap(({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined && status?.podIP !== undefined ? [status.podIP] : [],
    );
  }

  /** Whether the address of a Pod can be given to another one. */
  async isAddressFree(pod: Victim): Promise<boolean> {
    return isAddressFree(this.#cluster, pod);
  }

  /** Until some line of this kind was told of a Pod. */
  async untilTold(what: string, { name }: Pick<Victim, 'name'>): Promise<void> {
    await this.until(`${name} tells ${what}`, () =>
      Promise.resolve(this.lines.some((line) => line.what === what && line.pod === name)),
    );
  }

  /** Until the cluster's name server says so of the trial's headless name. */
  async untilNameIs(what: 'known' | 'unknown'): Promise<void> {
    await this.until(`the name is ${what}`, async () => (await askHeadlessName(this.#context)) === what);
  }

  async deleteHeadlessService(): Promise<void> {
    await deleteHeadlessService(this.#context);
  }

  /** While `during` runs, no name server of the cluster does anything. */
  async withSilentNameServer(during: () => Promise<void>): Promise<void> {
    await signalComponent(this.#cluster, 'coredns', 'STOP');
    this.mark('name-server-stopped');
    try {
      await during();
    } finally {
      this.mark('name-server-goes-on');
      await signalComponent(this.#cluster, 'coredns', 'CONT');
    }
  }

  /** Lets the script inside the load generators do its work, or ends that. */
  async tellLoadGenerators(on: boolean): Promise<void> {
    if (on) await writeFile(this.#switchFile, '');
    else await rm(this.#switchFile);
  }

  async untilReady(count: number): Promise<void> {
    await this.until(`${count} Pods are Ready`, async () => (await this.pods()).length === count);
  }

  /** The port at which every node takes the load. */
  async nodePort(): Promise<number> {
    const { kubeConfig, namespace, trialId, signal } = this.#context;
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const { spec } = await core.readNamespacedService({ name: `t${trialId}`, namespace });
    return spec?.ports?.[0]?.nodePort ?? 0;
  }

  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await isSo())) {
      if (performance.now() > deadline)
        throw new Error(`within ${DEADLINE_MS} ms it did not come about that ${what}`);
      await this.wait(20);
    }
  }

  async #patch(action: string, body: object): Promise<void> {
    const { kubeConfig, namespace, target, signal } = this.#context;
    const apps = apiClient(kubeConfig, AppsV1Api, signal);
    const { name } = target;
    const { metadata } = await apps.readNamespacedDeployment({ name, namespace });
    const uid = metadata?.uid ?? '';
    this.mark(action);
    const refusal = await recordAction(
      { action, kind: 'Deployment', namespace, name, uid },
      this.#context,
      () =>
        apps.patchNamespacedDeployment(
          { name, namespace, body },
          setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
        ),
    );
    if (refusal !== null) throw new Error(refusal.text);
  }
}
