import { setTimeout as delay } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, KubernetesObjectApi, type KubeConfig } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { patiently, type Patience } from '../cluster/kube/patiently.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { OwnedObject } from './apply-workload.ts';
import type { DeleteOptions, KubeObject } from './kube-object.ts';
import { LABELS, trialSelector, type TrialContext } from './ownership.ts';

const POLL_INTERVAL_MS = 100;
/**
 * Their Pods are orphaned and deleted by us. The garbage collector would delete them with their full grace period, and
 * a kubelet that has begun to wait for a preStop hook does not cut it short any more.
 */
const ORPHAN_PODS_OF = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet']);
/** Long enough to ask the container to stop, short enough not to run a preStop hook to its end. */
const SHORT_GRACE_SECONDS = 1;
/** What is left after this is deleted without waiting for its kubelet. */
const FORCE_AFTER_MS = 10_000;

export interface RemoveOptions {
  readonly signal: AbortSignal;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

/**
 * Deletes what {@link applyWorkload} created, and waits until the trial's Pods are really gone: their kubelets have
 * confirmed it, so that the next trial does not share the nodes with their ends. An object is only touched if it still
 * has the recorded UID and our run label; the API server checks the UID again (precondition). Missing ones are fine.
 * While the API server is away or asks for patience, it is asked again until the deadline.
 *
 * @throws DrainbenchError `workload-not-removed` when something is still there at the deadline.
 */
export async function removeWorkload(
  kubeConfig: KubeConfig,
  owned: readonly OwnedObject[],
  trial: Pick<TrialContext, 'runId' | 'trialId' | 'namespace'>,
  { signal, timeoutMs = 30_000 }: RemoveOptions,
): Promise<void> {
  const started = performance.now();
  const objects = apiClient(kubeConfig, KubernetesObjectApi, signal);
  const patience = (): Patience => ({
    signal,
    timeoutMs: Math.max(0, timeoutMs - (performance.now() - started)),
  });
  for (const entry of owned.toReversed())
    await patiently(() => removeOwned(objects, entry, trial.runId), patience()).catch(failed(entry));

  for (;;) {
    const elapsedMs = performance.now() - started;
    const graceSeconds = elapsedMs > FORCE_AFTER_MS ? 0 : SHORT_GRACE_SECONDS;
    const left = await patiently(
      () => removeDependents(kubeConfig, trial, graceSeconds, signal),
      patience(),
    ).catch(failed({ kind: 'what belongs to trial', name: trial.trialId }));
    if (left.length === 0) return;
    if (elapsedMs > timeoutMs) {
      throw new DrainbenchError({
        code: 'workload-not-removed',
        message: `namespace ${trial.namespace} still holds ${left.join(', ')} ${Math.round(elapsedMs / 1000)} s after the clean-up began`,
        expected: `nothing with the labels ${trialSelector(trial)}`,
        found: left.join(', '),
        command: `kubectl -n ${trial.namespace} get all -l ${trialSelector(trial)}`,
      });
    }
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}

async function removeOwned(api: KubernetesObjectApi, entry: OwnedObject, runId: string): Promise<void> {
  const { apiVersion, kind, name, namespace, uid } = entry;
  const header = { apiVersion, kind, metadata: { name, ...(namespace !== null && { namespace }) } };
  try {
    const found: KubeObject = await api.read(header);
    if (found.metadata?.uid !== uid || found.metadata.labels?.[LABELS.run] !== runId) return;
    const propagationPolicy = ORPHAN_PODS_OF.has(kind) ? 'Orphan' : 'Background';
    const options: DeleteOptions = { preconditions: { uid }, propagationPolicy };
    await api.delete(header, undefined, undefined, undefined, undefined, undefined, options);
  } catch (error) {
    ignoreGone(error);
  }
}

/**
 * Removes what the trial's workloads made: ReplicaSets first (one that is being deleted makes no new Pods), Pods,
 * revisions, and the volume claims of StatefulSets. Returns the titles of those that are still there.
 */
async function removeDependents(
  kubeConfig: KubeConfig,
  trial: Pick<TrialContext, 'runId' | 'trialId' | 'namespace'>,
  gracePeriodSeconds: number,
  signal: AbortSignal,
): Promise<string[]> {
  const { namespace } = trial;
  const labelled = { namespace, labelSelector: trialSelector(trial) };
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const core = apiClient(kubeConfig, CoreV1Api, signal);

  const sets = (await apps.listNamespacedReplicaSet(labelled)).items.map((set) =>
    identity('ReplicaSet', set),
  );
  await Promise.all(
    sets.map(({ name, uid }) => {
      const body: DeleteOptions = { preconditions: { uid }, propagationPolicy: 'Orphan' };
      return gone(apps.deleteNamespacedReplicaSet({ name, namespace, body }));
    }),
  );
  const pods = (await core.listNamespacedPod(labelled)).items;
  await Promise.all(
    pods
      .filter(({ metadata }) => (metadata?.deletionGracePeriodSeconds ?? Infinity) > gracePeriodSeconds)
      .map((pod) => {
        const { name, uid } = identity('Pod', pod);
        const body: DeleteOptions = { preconditions: { uid }, gracePeriodSeconds };
        return gone(core.deleteNamespacedPod({ name, namespace, body }));
      }),
  );
  // Left behind by StatefulSets and DaemonSets whose Pods are orphaned.
  const revisions = (await apps.listNamespacedControllerRevision(labelled)).items;
  await Promise.all(
    revisions.map((revision) => {
      const { name, uid } = identity('ControllerRevision', revision);
      const body: DeleteOptions = { preconditions: { uid } };
      return gone(apps.deleteNamespacedControllerRevision({ name, namespace, body }));
    }),
  );
  const claims = (await core.listNamespacedPersistentVolumeClaim(labelled)).items;
  await Promise.all(
    claims
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map((claim) => {
        const { name, uid } = identity('PersistentVolumeClaim', claim);
        const body: DeleteOptions = { preconditions: { uid } };
        return gone(core.deleteNamespacedPersistentVolumeClaim({ name, namespace, body }));
      }),
  );
  const left = [
    ...pods.map((pod) => identity('Pod', pod)),
    ...claims.map((claim) => identity('Claim', claim)),
  ];
  return left.map(({ title }) => title);
}

function identity(kind: string, { metadata }: KubeObject): { name: string; uid: string; title: string } {
  const name = metadata?.name ?? '';
  return { name, uid: metadata?.uid ?? '', title: `${kind} ${name}` };
}

async function gone(deletion: Promise<unknown>): Promise<void> {
  await deletion.catch(ignoreGone);
}

/** Gone already, or replaced by a namesake that is not ours: either way there is nothing for us to delete. */
function ignoreGone(error: unknown): void {
  const { httpStatus } = apiFailure(error);
  if (httpStatus !== 404 && httpStatus !== 409) throw error;
}

function failed({ kind, name }: { readonly kind: string; readonly name: string }) {
  return (error: unknown): never => {
    const failure = apiFailure(error);
    throw new DrainbenchError({
      code: 'remove-failed',
      message: `cannot remove ${kind} ${name}: ${failure.message}`,
      found:
        failure.httpStatus === null ? 'no answer' : `${failure.httpStatus} ${failure.reason ?? ''}`.trim(),
      fix: "kubectl delete namespace, as the run directory's journal.ndjson names it",
      cause: error,
    });
  };
}
