import { ROLE_LABEL } from '../../model/role-label.ts';
import type { TrialApp } from '../../model/trial-record.ts';
import type { ObjectSighting } from './object-sightings.ts';
import { asRecord } from './read-json.ts';

const SERVICE_LABEL = 'kubernetes.io/service-name';

/**
 * The sightings without the EndpointSlices of other Services in the namespace, and without Pods of our own that are no
 * part of the workload, as the audit log has them, too. Not every sighting carries its object's labels: one that does
 * stands for all of that name. Where the app's Service is not known, all slices are kept.
 */
export function ownSightings(
  sightings: readonly ObjectSighting[],
  app: TrialApp | undefined,
): readonly ObjectSighting[] {
  const aside = namesOf(sightings, 'Pod', (labels) => ROLE_LABEL in labels);
  const own = app && namesOf(sightings, 'EndpointSlice', (labels) => labels[SERVICE_LABEL] === app.service);
  return sightings.filter(({ kind, name }) =>
    kind === 'Pod' ? !aside.has(name) : own === undefined || own.has(name),
  );
}

/** Names of the objects of a kind of which some sighting has such labels. */
function namesOf(
  sightings: readonly ObjectSighting[],
  wanted: ObjectSighting['kind'],
  which: (labels: Readonly<Record<string, unknown>>) => boolean,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, name, object } of sightings) {
    if (kind === wanted && which(asRecord(asRecord(object['metadata'])['labels']))) names.add(name);
  }
  return names;
}
