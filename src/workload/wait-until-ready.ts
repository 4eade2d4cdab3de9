import { setTimeout as delay } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { apiFailure, type ApiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { autoscalerLacks } from './autoscaler.ts';
import { explainUnready } from './explain-unready.ts';
import { hopelessReason } from './hopeless-reason.ts';
import type { Pod } from './kube-object.ts';
import { missingForReady } from './missing-for-ready.ts';
import { workloadReader, type WorkloadAddress, type WorkloadState } from './workload-state.ts';

/** A list of a handful of objects costs the API server about a millisecond. */
const POLL_INTERVAL_MS = 200;

export interface WaitOptions {
  /** The slices must not change for this long once everything is ready. */
  readonly settleMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A Pod that gets load. */
export interface ReadyPod {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
}

/**
 * Waits until a workload is ready (see {@link missingForReady}) and quiet. Also right after a disruption: it then waits
 * for the replacements.
 *
 * @returns the Pods that are ready, by name.
 * @throws DrainbenchError that names the reason from Pods, Events and logs: `workload-cannot-start` at once where
 *   waiting cannot help (an image that cannot be pulled, a container that keeps crashing), else `workload-not-ready` at
 *   the deadline.
 */
export async function waitUntilReady(
  kubeConfig: KubeConfig,
  workload: WorkloadAddress,
  { settleMs, timeoutMs, signal }: WaitOptions,
): Promise<readonly ReadyPod[]> {
  const read = workloadReader(kubeConfig, workload, signal);
  const deadline = performance.now() + timeoutMs;
  let quietSince = 0;
  let lastVersions = '';
  for (;;) {
    const state = await read().catch(apiFailure);
    signal.throwIfAborted();
    const now = performance.now();
    let missing: string;
    let pauseMs = POLL_INTERVAL_MS;
    if ('httpStatus' in state) {
      // The API server may restart: only the deadline ends that. What it refuses on purpose stays refused.
      if (state.httpStatus === 401 || state.httpStatus === 403) throw unreadable(workload, state);
      missing = `the API server cannot be read: ${state.message}`;
      lastVersions = '';
      pauseMs = Math.max(pauseMs, state.retryAfterMs);
    } else {
      const versions = fingerprint(state);
      if (versions !== lastVersions) quietSince = now;
      lastVersions = versions;
      const lacking = whatLacks(state, workload);
      if (lacking === null && now - quietSince >= settleMs) return state.pods.filter(isStaying).map(readyPod);
      missing =
        lacking ??
        `EndpointSlices changed ${Math.round(now - quietSince)} ms ago, ${settleMs} ms of quiet wanted`;
      const hopeless = hopelessReason(state.pods);
      if (hopeless !== null)
        throw await explainUnready(kubeConfig, workload, hopeless, signal, 'workload-cannot-start');
    }
    if (now >= deadline) {
      throw await explainUnready(kubeConfig, workload, `${missing} after ${timeoutMs / 1000} s`, signal);
    }
    if (pauseMs > POLL_INTERVAL_MS && now + pauseMs > deadline) {
      const tooLong = `${missing}; it asks to be left alone for ${pauseMs / 1000} s, longer than is waited for`;
      throw await explainUnready(kubeConfig, workload, tooLong, signal);
    }
    await delay(pauseMs, undefined, { signal });
  }
}

/** Where an autoscaler decides, as many Pods are waited for as it has decided on. */
function whatLacks(state: WorkloadState, { replicas, autoscaler }: WorkloadAddress): string | null {
  if (state.autoscaler === undefined || autoscaler === undefined) return missingForReady(state, replicas);
  const decided = state.owner.spec?.replicas ?? 1;
  return autoscalerLacks(state.autoscaler, autoscaler, decided) ?? missingForReady(state, decided);
}

/** Changes whenever a slice does, and whenever a container starts anew: one without a probe is Ready while it crashes. */
function fingerprint({ slices, pods }: WorkloadState): string {
  return [
    ...slices.map(({ metadata }) => `${metadata?.uid}:${metadata?.resourceVersion}`),
    ...pods.map(({ metadata, status }) => {
      const restarts = status?.containerStatuses?.map(({ restartCount }) => restartCount) ?? [];
      return `${metadata?.uid}:${restarts.join('+')}`;
    }),
  ]
    .toSorted()
    .join();
}

function isStaying(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp === undefined;
}

function readyPod({ metadata, spec, status }: Pod): ReadyPod {
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    node: spec?.nodeName ?? '',
    ip: status?.podIP ?? '',
  };
}

function unreadable({ namespace }: WorkloadAddress, failure: ApiFailure): DrainbenchError {
  return new DrainbenchError({
    code: 'workload-unreadable',
    message: `the API server does not let us watch namespace ${namespace}: ${failure.message}`,
    found: `${failure.httpStatus} ${failure.reason ?? ''}`.trim(),
    fix: 'give the user of this kubeconfig the right that the message names',
  });
}
