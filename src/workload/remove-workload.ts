import { setTimeout as delay } from 'node:timers/promises';
import { KubernetesObjectApi, type KubeConfig } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest, type RetryLimits } from '../cluster/kube/retry-request.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { OwnedObject } from './apply-workload.ts';
import type { DeleteOptions, KubeObject } from './kube-object.ts';
import { LABELS, trialSelector, type TrialContext } from './ownership.ts';
import { isPending, workloadFamily, type FamilyMember } from './workload-family.ts';

const POLL_INTERVAL_MS = 100;
/**
 * Their Pods are orphaned and deleted by us. The garbage collector would delete them with their full grace period, and
 * a kubelet that has begun to wait for a preStop hook does not cut it short any more.
 */
const ORPHAN_PODS_OF = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet']);
/** Their controllers are waited for this long to act on them: what they are about to make has to be known by its owner. */
const PENDING_MS = 2_000;
/** Long enough to ask the container to stop, short enough not to run a preStop hook to its end. */
const SHORT_GRACE_SECONDS = 1;
/** What is left after this is deleted without waiting for its kubelet. */
const FORCE_AFTER_MS = 10_000;

export interface RemoveOptions {
  readonly signal: AbortSignal;
  /** Default 30 s. */
  readonly timeoutMs?: number;
  /** See `FamilyOptions.claims`. */
  readonly claims?: readonly string[];
  /** See `FamilyOptions.firstOwner`. */
  readonly firstOwner?: (uid: string) => string | undefined;
  /** Called with what controllers made, before its owners go and with them the proof whose it is. */
  readonly onMember?: (member: OwnedObject) => Promise<void>;
  /** Called when an object is gone, or has been asked to go and nothing waits for it. */
  readonly onRemoved?: (object: OwnedObject) => Promise<void>;
}

/**
 * Deletes what `applyWorkload` created and what controllers made of it, and waits until the trial's Pods are really
 * gone: their kubelets have confirmed it, so that the next trial does not share the nodes with their ends. An object is
 * only touched if it still has the recorded UID and our run label; the API server checks the UID again (precondition).
 * Missing ones are fine. What may not be removed is left, and everything else is removed all the same. While the API
 * server is away or asks for patience, it is asked again until the deadline.
 *
 * @throws DrainbenchError `workload-not-removed` that names what is still there.
 */
export async function removeWorkload(
  kubeConfig: KubeConfig,
  owned: readonly OwnedObject[],
  trial: Pick<TrialContext, 'runId' | 'trialId' | 'namespace'>,
  options: RemoveOptions,
): Promise<void> {
  const { signal, timeoutMs = 30_000, claims = [], firstOwner = () => undefined } = options;
  const started = performance.now();
  const patience = (): RetryLimits => ({
    signal,
    timeoutMs: Math.max(0, timeoutMs - (performance.now() - started)),
  });
  const removal = new Removal(kubeConfig, trial.runId, options, patience);
  const list = workloadFamily(kubeConfig, { owned, trial, claims, firstOwner });
  const family = () => retryRequest(() => list(signal), patience()).catch(unlisted(trial));
  await removal.note(await family());
  for (const entry of owned.toReversed()) await removal.removeOwned(entry);

  let makersGone = !owned.some(({ kind }) => ORPHAN_PODS_OF.has(kind));
  for (;;) {
    const elapsedMs = performance.now() - started;
    const owners = await removal.stillThere(owned);
    const members = await family();
    await removal.note(members);
    await removal.removeMembers(members, elapsedMs);
    const found = [...owners, ...members].filter(({ uid }) => !removal.refused.has(uid));
    const left = found.filter(({ kind }) => AWAITED.has(kind) || ORPHAN_PODS_OF.has(kind));
    // What a controller made with its last breath is in a list that begins after that.
    if ((left.length === 0 && makersGone) || elapsedMs > timeoutMs) {
      const titles = [...removal.refused.values(), ...left.map((member) => `${title(member)}: still there`)];
      await removal.noteAsked();
      if (titles.length > 0) throw notRemoved(trial, titles);
      return;
    }
    makersGone = !left.some(({ kind }) => ORPHAN_PODS_OF.has(kind));
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}

/** Those that still do something after they were asked to go. */
const AWAITED = new Set(['Pod', 'PersistentVolumeClaim']);

class Removal {
  /** UID → what the API server said. Asked once only. */
  readonly refused = new Map<string, string>();
  readonly #api: KubernetesObjectApi;
  readonly #runId: string;
  readonly #options: RemoveOptions;
  readonly #patience: () => RetryLimits;
  /** Members that were seen, and are not gone yet. */
  readonly #noted = new Map<string, OwnedObject>();

  constructor(kubeConfig: KubeConfig, runId: string, options: RemoveOptions, patience: () => RetryLimits) {
    this.#api = apiClient(kubeConfig, KubernetesObjectApi, options.signal);
    this.#runId = runId;
    this.#options = options;
    this.#patience = patience;
  }

  async note(members: readonly FamilyMember[]): Promise<void> {
    for (const member of members) {
      if (this.#noted.has(member.uid)) continue;
      this.#noted.set(member.uid, member);
      await this.#options.onMember?.(member);
    }
    for (const [uid, member] of this.#noted) {
      if (members.some((found) => found.uid === uid)) continue;
      this.#noted.delete(uid);
      await this.#options.onRemoved?.(member);
    }
  }

  /** Of those that nothing waits for it is enough that they have been asked to go. */
  async noteAsked(): Promise<void> {
    for (const member of this.#noted.values())
      if (!AWAITED.has(member.kind) && !ORPHAN_PODS_OF.has(member.kind) && !this.refused.has(member.uid))
        await this.#options.onRemoved?.(member);
  }

  async removeOwned(entry: OwnedObject): Promise<void> {
    const { uid, kind } = entry;
    const deadline = performance.now() + PENDING_MS;
    await this.#tried(entry, async () => {
      let found = await this.#read(entry);
      while (ORPHAN_PODS_OF.has(kind) && isPending(found) && performance.now() < deadline) {
        await delay(POLL_INTERVAL_MS, undefined, { signal: this.#options.signal });
        found = await this.#read(entry);
      }
      if (found.metadata?.uid !== uid || found.metadata.labels?.[LABELS.run] !== this.#runId) return;
      await this.#delete(entry, {});
    });
    if (!this.refused.has(uid)) await this.#options.onRemoved?.(entry);
  }

  /** Those that make others and are not gone yet: they go only once what they made is released. */
  async stillThere(owned: readonly OwnedObject[]): Promise<readonly OwnedObject[]> {
    const left: OwnedObject[] = [];
    for (const entry of owned.filter(({ kind }) => ORPHAN_PODS_OF.has(kind))) {
      await this.#tried(entry, async () => {
        const { metadata } = await this.#read(entry);
        if (metadata?.uid === entry.uid) left.push(entry);
      });
    }
    return left;
  }

  /** ReplicaSets before their Pods: one that is being deleted makes no new ones. */
  async removeMembers(members: readonly FamilyMember[], elapsedMs: number): Promise<void> {
    const gracePeriodSeconds = elapsedMs > FORCE_AFTER_MS ? 0 : SHORT_GRACE_SECONDS;
    for (const step of [['ReplicaSet'], ['Pod', 'ControllerRevision', 'PersistentVolumeClaim']]) {
      const due = members
        .filter(({ kind, uid }) => step.includes(kind) && !this.refused.has(uid))
        .filter(({ pending }) => !pending || elapsedMs > PENDING_MS)
        .filter((member) =>
          member.kind === 'Pod'
            ? (member.deletionGracePeriodSeconds ?? Infinity) > gracePeriodSeconds
            : !member.deleting,
        );
      const options = (kind: string) => (kind === 'Pod' ? { gracePeriodSeconds } : {});
      await Promise.all(
        due.map((member) => this.#tried(member, () => this.#delete(member, options(member.kind)))),
      );
    }
  }

  #read(entry: OwnedObject): Promise<KubeObject> {
    return this.#api.read(headerOf(entry));
  }

  async #delete(entry: OwnedObject, options: DeleteOptions): Promise<void> {
    const { kind, uid } = entry;
    const propagationPolicy = ORPHAN_PODS_OF.has(kind) ? 'Orphan' : 'Background';
    const body: DeleteOptions = { preconditions: { uid }, propagationPolicy, ...options };
    await this.#api.delete(headerOf(entry), undefined, undefined, undefined, undefined, undefined, body);
  }

  async #tried(entry: OwnedObject, request: () => Promise<void>): Promise<void> {
    await retryRequest(request, this.#patience()).catch((error: unknown) => {
      const { httpStatus, message } = apiFailure(error);
      // Gone already, or replaced by a namesake that is not ours: either way there is nothing for us to delete.
      if (httpStatus === 404 || httpStatus === 409) return;
      this.#options.signal.throwIfAborted();
      this.refused.set(entry.uid, `${title(entry)}: ${message}`);
    });
  }
}

function headerOf({ apiVersion, kind, name, namespace }: OwnedObject) {
  return { apiVersion, kind, metadata: { name, ...(namespace !== null && { namespace }) } };
}

function title({ kind, name }: OwnedObject): string {
  return `${kind} ${name}`;
}

function unlisted({ namespace }: Pick<TrialContext, 'namespace'>) {
  return (error: unknown): never => {
    const { httpStatus, reason, message } = apiFailure(error);
    throw new DrainbenchError({
      code: 'remove-failed',
      message: `what is left of the trial in namespace ${namespace} cannot be listed: ${message}`,
      found: httpStatus === null ? 'no answer' : `${httpStatus} ${reason ?? ''}`.trim(),
      cause: error,
    });
  };
}

function notRemoved(
  trial: Pick<TrialContext, 'runId' | 'trialId' | 'namespace'>,
  titles: readonly string[],
): DrainbenchError {
  return new DrainbenchError({
    code: 'workload-not-removed',
    message: `${countOf(titles.length, 'object')} of the trial could not be removed from namespace ${trial.namespace}`,
    expected: 'every object that the trial made to be gone within 30 s',
    found: titles.join('; '),
    command: `kubectl -n ${trial.namespace} get all -l ${trialSelector(trial)}`,
  });
}
