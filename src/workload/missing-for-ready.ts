import { countOf } from '../model/count-of.ts';
import type { Pod } from './kube-object.ts';
import type { WorkloadState } from './workload-state.ts';

/**
 * What is still missing before a workload counts as ready, in one phrase; `null` when nothing is: its controller has
 * seen the newest spec, exactly `replicas` Pods that are not terminating exist and are Ready, and the Service's
 * EndpointSlices hold all of them as ready and nothing else as ready.
 */
export function missingForReady(state: WorkloadState, replicas: number): string | null {
  const { metadata, status } = state.owner;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0))
    return 'the controller has not seen the newest spec';
  const updated = status?.updatedReplicas ?? 0;
  const toUpdate = replicas - keptBack(state.owner);
  if (updated < toUpdate) return `${updated} of ${countOf(toUpdate, 'Pod has', 'Pods have')} the newest spec`;
  const pods = state.pods.filter((pod) => pod.metadata?.deletionTimestamp === undefined);
  const ready = pods.filter(isReady);
  if (ready.length < replicas) return `${ready.length} of ${countOf(replicas, 'Pod')} Ready`;
  if (pods.length > replicas) return `${countOf(pods.length - replicas, 'Pod')} too many, not yet removed`;
  const wanted = new Set(ready.map((pod) => pod.metadata?.uid));
  const inSlices = readyEndpoints(state);
  const stale = [...inSlices].filter((uid) => !wanted.has(uid)).length;
  if (stale > 0) return `${countOf(stale, 'endpoint')} ready that should be gone`;
  return inSlices.size < replicas ? `${inSlices.size} of ${countOf(replicas, 'endpoint')} ready` : null;
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Pods that a StatefulSet does not update, by its partition. */
function keptBack({ spec }: WorkloadState['owner']): number {
  if (spec === undefined || !('updateStrategy' in spec)) return 0;
  return spec.updateStrategy.rollingUpdate?.partition ?? 0;
}

/** UIDs of the Pods that a Service's slices hold as ready. */
function readyEndpoints({ slices }: WorkloadState): Set<string | undefined> {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  return new Set(
    endpoints.filter(({ conditions }) => conditions?.ready === true).map(({ targetRef }) => targetRef?.uid),
  );
}
