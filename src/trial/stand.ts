import { CoreV1Api } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import type { Strategy } from '../model/scenario.ts';
import { buildManifests } from '../workload/build-manifests.ts';
import type { KubeObject } from '../workload/kube-object.ts';
import { expiryFromNow, type TrialContext } from '../workload/ownership.ts';
import { waitUntilReady } from '../workload/wait-until-ready.ts';
import type { Workload } from '../workload/workload.ts';
import type { RunContext } from './run-context.ts';
import { reusablePods, type SeenPod } from './reusable-pods.ts';
import type { AppAddresses } from './start-loads.ts';
import { TrialObjects } from './trial-objects.ts';
import { withImages } from './with-images.ts';

/**
 * A workload on the cluster that trials are run on, one after the other: each of them, or only the one for which it is
 * deployed. Its objects carry the name of that first one.
 */
export class Stand {
  /** The trial for which it is deployed, and the attempt from the second on. */
  readonly label: string;
  readonly owner: TrialContext;
  readonly objects: TrialObjects;
  workload: Workload;
  readonly #context: RunContext;
  #addresses: AppAddresses | null = null;
  #uses = 0;
  /** UIDs of its Pods as the last trial left them; `null`: none has. */
  #left: ReadonlySet<string> | null = null;
  #removed = false;

  /** @param samplePort where the sample app listens. */
  constructor(context: RunContext, strategy: Strategy, label: string, samplePort: number) {
    const { runId, namespace, ownNamespace, scenario, manifest, images } = context;
    this.#context = context;
    this.label = label;
    // Where others live too, the objects' names must not be theirs.
    const trialId = ownNamespace ? label : `${label}-${runId.slice(-6)}`;
    this.owner = { runId, trialId, namespace, expiresAt: expiryFromNow() };
    const built = buildManifests({ scenario, strategy, trial: this.owner, manifest, samplePort });
    this.workload = withImages(built, images);
    this.objects = new TrialObjects(context, this.workload, this.owner);
  }

  /** How many trials were begun on it. */
  get uses(): number {
    return this.#uses;
  }

  get isDeployed(): boolean {
    return this.#addresses !== null;
  }

  /**
   * Deploys it before there is a trial on it, and waits until all is Ready and quiet.
   *
   * @throws as `waitUntilReady`.
   */
  async prepare(): Promise<void> {
    const { kubeConfig, signal, scenario } = this.#context;
    const { settleMs, readyTimeoutMs: timeoutMs } = scenario.spec.timing;
    this.#addresses = await this.objects.create(null);
    await waitUntilReady(kubeConfig, this.workload, { settleMs, timeoutMs, signal });
    this.#left = await this.#reusablePods();
  }

  /** Begins a trial on it: deploys it, with `budget` if there is one, unless an earlier trial did. */
  async begin(budget: KubeObject | null): Promise<AppAddresses> {
    this.#uses++;
    this.#addresses ??= await this.objects.create(budget);
    return this.#addresses;
  }

  /**
   * Ends a trial on it, with the Pods that are there.
   *
   * @returns whether another one can follow: there are as many Pods as there should be, and none is amiss.
   */
  end(pods: readonly SeenPod[]): boolean {
    this.#left = reusablePods(pods, this.workload.replicas);
    return this.#left !== null;
  }

  /** Whether it is as the last trial left it: the very same Pods, all Ready, no container started anew. */
  async isAsLeft(): Promise<boolean> {
    const pods = await this.#reusablePods();
    return pods !== null && [...pods].every((uid) => this.#left?.has(uid) === true);
  }

  async #reusablePods(): Promise<ReadonlySet<string> | null> {
    const { kubeConfig, signal } = this.#context;
    const { namespace, selector, replicas } = this.workload;
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    const found = await core.listNamespacedPod({ namespace, labelSelector: selector }).catch(apiFailure);
    signal.throwIfAborted();
    return 'items' in found ? reusablePods(found.items, replicas) : null;
  }

  /** Removes all of it, unless that has been done. May be tried again. */
  async remove(): Promise<void> {
    if (this.#removed) return;
    await this.objects.remove();
    this.#removed = true;
  }
}
