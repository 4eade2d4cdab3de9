import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import type { JournalWriter } from '../history/journal-writer.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Scenario } from '../model/scenario.ts';
import { applyWorkload } from '../workload/apply-workload.ts';
import { buildNamespace } from '../workload/build-namespace.ts';
import type { DeleteOptions } from '../workload/kube-object.ts';
import { leaseOwner } from '../workload/lease-holder.ts';
import { expiryFromNow } from '../workload/ownership.ts';

/** Where a run's objects live. */
export interface RunNamespace {
  readonly name: string;
  readonly uid: string;
  /** The run made it, and removes it; one that was there before is never removed. */
  readonly created: boolean;
}

type PodSecurity = Scenario['spec']['cluster']['podSecurity'];

/** The namespace controller takes some seconds; an API server that is away is asked again. */
const REMOVED_WITHIN_MS = 30_000;
const POLL_INTERVAL_MS = 200;

/** A name for the run's own namespace. A resumed run gets another: the old one may still be going. */
export function ownNamespaceName(runLabel: string): string {
  return `drainbench-${runLabel.slice(-6)}-${Date.now().toString(36).slice(-4)}`;
}

/** Makes the run's own namespace, its intent journalled first. */
export async function createRunNamespace(
  kubeConfig: KubeConfig,
  journal: JournalWriter,
  runLabel: string,
  name: string,
  podSecurity: PodSecurity,
  signal: AbortSignal,
): Promise<RunNamespace> {
  // Said in any case: what the cluster does by default may be too much, or too little.
  const labels = { 'pod-security.kubernetes.io/enforce': podSecurity };
  await journal.write({ type: 'intent', apiVersion: 'v1', kind: 'Namespace', namespace: null, name });
  const { owned } = await applyWorkload(
    kubeConfig,
    [buildNamespace(name, runLabel, expiryFromNow(), leaseOwner().identity, labels)],
    { signal },
  );
  const uid = owned[0]?.uid ?? '';
  await journal.write({ type: 'created', apiVersion: 'v1', kind: 'Namespace', namespace: null, name, uid });
  return { name, uid, created: true };
}

/** The namespace that the scenario names; it must be there. */
export async function useNamespace(
  kubeConfig: KubeConfig,
  name: string,
  signal: AbortSignal,
): Promise<RunNamespace> {
  const found = await apiClient(kubeConfig, CoreV1Api, signal).readNamespace({ name }).catch(apiFailure);
  signal.throwIfAborted();
  if ('httpStatus' in found || found.metadata?.deletionTimestamp !== undefined) {
    throw new DrainbenchError({
      code: 'namespace-not-usable',
      message: `namespace ${name}, which the scenario names, cannot be used`,
      expected: 'an existing namespace, and the right to get it',
      found: 'httpStatus' in found ? found.message : 'it is being removed',
      fix: `kubectl create namespace ${name}, or leave spec.cluster.namespace away: the run makes one of its own`,
      exitCode: EXIT.usage,
    });
  }
  return { name, uid: found.metadata?.uid ?? '', created: false };
}

/** Removes the run's own namespace, and no namesake; resolves when it is gone. */
export async function deleteRunNamespace(
  kubeConfig: KubeConfig,
  journal: JournalWriter,
  namespace: RunNamespace,
): Promise<void> {
  const { name, uid } = namespace;
  // Not the run's own signal: an aborted run is tidied away too.
  const signal = AbortSignal.timeout(REMOVED_WITHIN_MS);
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const body: DeleteOptions = { preconditions: { uid } };
  await retryRequest(() => core.deleteNamespace({ name, body }), { signal }).catch((error: unknown) => {
    // Gone, or going: an earlier try that had no answer did it.
    const { httpStatus } = apiFailure(error);
    if (httpStatus !== 404 && httpStatus !== 409) throw error;
  });
  await untilGone(core, namespace, signal);
  await journal.write({ type: 'removed', kind: 'Namespace', namespace: null, name });
}

async function untilGone(core: CoreV1Api, { name, uid }: RunNamespace, signal: AbortSignal): Promise<void> {
  for (;;) {
    const found = await core.readNamespace({ name }).catch(apiFailure);
    if (signal.aborted) throw new Error(`it is still being removed after ${REMOVED_WITHIN_MS / 1000} s`);
    if ('httpStatus' in found ? found.httpStatus === 404 : found.metadata?.uid !== uid) return;
    // The abort is the answer of the next round.
    await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}
