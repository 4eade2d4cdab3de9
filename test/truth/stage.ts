import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

import type { Cluster } from '../../src/cluster/cluster.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import { deletePods } from '../../src/disrupt/delete-pods.ts';
import type { DisruptionContext, Victim } from '../../src/disrupt/disruption-context.ts';
import { readyPods } from '../../src/disrupt/ready-pods.ts';
import { recordAction } from '../../src/disrupt/record-action.ts';
import { CONTROL_PORT, commandServer } from './command-server.ts';
import { rejectsPort } from './rejects-port.ts';
import { signalComponent } from '../support/signal-component.ts';
import { tryConnect } from './try-connect.ts';
import type { TruthLine } from './truth-line.ts';

/** No condition of a fault takes longer than this to come about. */
const DEADLINE_MS = 20_000;

/** What a fault may do to the cluster under load. Every step of its own is marked in the truth record. */
export class Stage {
  readonly #context: DisruptionContext;
  readonly #cluster: Cluster;
  readonly #switchFile: string;
  readonly #tell: (line: TruthLine) => void;

  constructor(
    context: DisruptionContext,
    cluster: Cluster,
    switchFile: string,
    tell: (line: TruthLine) => void,
  ) {
    this.#context = context;
    this.#cluster = cluster;
    this.#switchFile = switchFile;
    this.#tell = tell;
  }

  mark(what: string): void {
    this.#tell({ atNs: this.#context.nowNs(), pod: null, what });
  }

  async wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#context.signal });
  }

  /** The Pods that are Ready, in the order of their names. */
  async pods(): Promise<readonly Victim[]> {
    const pods = await readyPods(this.#context);
    return pods.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Gives a scripted server a command, see app/control.js. */
  async command({ ip }: Victim, command: string): Promise<void> {
    await commandServer(ip, command);
  }

  async delete(victims: readonly Victim[], graceSeconds?: number): Promise<void> {
    this.mark('deleting');
    await deletePods('delete', victims, this.#context, graceSeconds);
  }

  async scale(replicas: number): Promise<void> {
    await this.#patch('scale', { spec: { replicas } });
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
        inRow = there ? 0 : inRow + 1;
        return inRow === 2;
      });
      this.#tell({ atNs: silentSinceNs, pod: name, what: 'silent-since' });
    }
  }

  /** Until the rules of every node say themselves that the Service has no endpoints. */
  async untilServiceRejects(): Promise<void> {
    const port = await this.#nodePort();
    for (const { name } of this.#cluster.nodes) {
      await this.until(`${name} rejects`, () => rejectsPort(this.#cluster, name, port));
    }
  }

  /** Lets the script inside the load generators do its work, or ends that. */
  async tellLoadGenerators(on: boolean): Promise<void> {
    if (on) await writeFile(this.#switchFile, '');
    else await rm(this.#switchFile);
  }

  async untilNoPodIsReady(): Promise<void> {
    await this.until('no Pod is Ready', async () => (await this.pods()).length === 0);
  }

  async #nodePort(): Promise<number> {
    const { kubeConfig, namespace, target, signal } = this.#context;
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const { spec } = await core.readNamespacedService({ name: target.name, namespace });
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
