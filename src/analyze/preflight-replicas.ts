import { NS_PER_S } from '../model/duration.ts';
import type { Finding } from '../model/verdict.ts';
import type { KnownPod } from './pod-book.ts';
import type { PreflightInput } from './preflight-input.ts';
import { asList, asRecord, asText } from './read-json.ts';

/**
 * A single replica. A trial begins only when exactly as many Pods as its workload's `spec.replicas` are there, so that
 * those of the same owner that live at the disruption are that number; whatever else is in the namespace does not count.
 */
export function replicaFindings(
  pod: KnownPod,
  { record, events, book, milestones }: PreflightInput,
): readonly Finding[] {
  const disruption = events.find((event) => event.type === 'action')?.atNs ?? Infinity;
  if (disruption === Infinity || record.trial.disruption.type === 'none') return [];
  const owner = ownerOf(pod);
  const replicas = book.pods.filter(
    (each) => each.firstSeenNs < disruption && each.goneNs >= disruption && ownerOf(each) === owner,
  );
  if (replicas.length !== 1) return [];
  const ready = milestones.find(({ name }) => name === 'replacement-ready');
  const without =
    ready === undefined
      ? 'no replacement became Ready'
      : `the replacement was Ready after ${((ready.atNs - disruption) / NS_PER_S).toFixed(1)} s`;
  const message = `There is a single replica: whatever preStop does, nobody else can answer. Measured: ${without}.`;
  return [{ code: 'preflight-single-replica', severity: 'warning', message }];
}

/** UID of the controller that made the Pod; empty where none did, or the object was not seen. */
function ownerOf({ object }: KnownPod): string {
  const owners = asList(asRecord(object['metadata'])['ownerReferences']).map(asRecord);
  return asText(owners.find((each) => each['controller'] === true)?.['uid']) ?? '';
}
