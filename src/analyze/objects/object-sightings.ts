import type { AuditEvent, EventSource, HistoryEvent } from '../../model/history-event.ts';
import { asList, asRecord, asText } from './read-json.ts';

/** A Pod or EndpointSlice at one moment, as a watch delivered it or as the API server's audit log says it was written. */
export interface ObjectSighting {
  readonly kind: 'Pod' | 'EndpointSlice';
  readonly change: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly name: string;
  /** Empty where the audit entry does not tell. */
  readonly uid: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly atNs: number;
  readonly uncertaintyNs: number;
  readonly source: EventSource;
  readonly eventId: number;
}

/**
 * What the history shows of the Pods and EndpointSlices of one namespace, in the order of time. A write that the
 * audit log has happened between its request and its answer: the middle, ± half of that.
 */
export function objectSightings(
  events: readonly HistoryEvent[],
  namespace: string,
): readonly ObjectSighting[] {
  const sightings: ObjectSighting[] = [];
  for (const event of events) {
    if (event.type === 'object' && event.namespace === namespace) {
      if (event.kind !== 'Pod' && event.kind !== 'EndpointSlice') continue;
      const { kind, change, name, uid, object, atNs, uncertaintyNs, source, id } = event;
      sightings.push({ kind, change, name, uid, object, atNs, uncertaintyNs, source, eventId: id });
    } else if (event.type === 'audit' && event.namespace === namespace) {
      const sighting = auditSighting(event);
      if (sighting !== undefined) sightings.push(sighting);
    }
  }
  return sightings.sort((a, b) => a.atNs - b.atNs || a.eventId - b.eventId);
}

const KINDS: Readonly<Record<string, ObjectSighting['kind']>> = {
  pods: 'Pod',
  endpointslices: 'EndpointSlice',
};
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

function auditSighting(event: AuditEvent): ObjectSighting | undefined {
  const kind = KINDS[event.resource];
  const succeeded = event.stage === 'ResponseComplete' && (event.code ?? 500) < 300;
  if (kind === undefined || !succeeded || !WRITES.has(event.verb)) return undefined;
  // What else is written below a Pod is not a Pod: eviction, log.
  if (event.subresource !== null && !['status', 'binding'].includes(event.subresource)) return undefined;
  const object = objectOf(event, kind);
  const metadata = asRecord(object['metadata']);
  const name = asText(metadata['name']) ?? event.name;
  if (name === null) return undefined;
  return {
    kind,
    change: changeOf(event, kind, object),
    name,
    uid: asText(metadata['uid']) ?? asText(preconditions(event)['uid']) ?? '',
    object,
    ...auditWriteTime(event),
    source: event.source,
    eventId: event.id,
  };
}

function objectOf(event: AuditEvent, kind: ObjectSighting['kind']): Readonly<Record<string, unknown>> {
  const answered = asRecord(event.responseObject);
  if (asText(answered['kind']) === kind) return answered;
  const asked = asRecord(event.requestObject);
  if (event.subresource !== 'binding') return asked;
  return { metadata: asked['metadata'], spec: { nodeName: asRecord(asked['target'])['name'] } };
}

function changeOf(
  event: AuditEvent,
  kind: ObjectSighting['kind'],
  object: Readonly<Record<string, unknown>>,
): ObjectSighting['change'] {
  if (event.verb === 'create' && event.subresource === null) return 'ADDED';
  if (event.verb !== 'delete') return 'MODIFIED';
  // What has finalizers is only marked, and stays until the last of them is taken off.
  if (asList(asRecord(object['metadata'])['finalizers']).length > 0) return 'MODIFIED';
  // A Pod is only marked by a delete, and removed by the one that leaves it no time.
  return kind === 'Pod' && asRecord(event.requestObject)['gracePeriodSeconds'] !== 0 ? 'MODIFIED' : 'DELETED';
}

function preconditions(event: AuditEvent): Readonly<Record<string, unknown>> {
  return asRecord(asRecord(event.requestObject)['preconditions']);
}

/** When the API server wrote what the audit log has: between request and answer, so the middle, ± half of that, ns. */
export function auditWriteTime(event: AuditEvent): { readonly atNs: number; readonly uncertaintyNs: number } {
  const halfNs = Math.max(0, (event.atNs - event.requestReceivedNs) / 2);
  return {
    atNs: Math.round(event.atNs - halfNs),
    uncertaintyNs: Math.round(event.uncertaintyNs + halfNs),
  };
}
