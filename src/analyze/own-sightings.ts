import type { TrialApp } from '../model/trial-record.ts';
import type { ObjectSighting } from './object-sightings.ts';
import { asRecord } from './read-json.ts';

const SERVICE_LABEL = 'kubernetes.io/service-name';

/**
 * The sightings without the EndpointSlices of other Services in the namespace. Not every sighting of a slice carries
 * its labels: one that does stands for all of that name. Where the app's Service is not known, all are kept.
 */
export function ownSightings(
  sightings: readonly ObjectSighting[],
  app: TrialApp | undefined,
): readonly ObjectSighting[] {
  if (app === undefined) return sightings;
  const own = new Set(
    sightings.filter((sighting) => isSliceOf(sighting, app.service)).map(({ name }) => name),
  );
  return sightings.filter(({ kind, name }) => kind !== 'EndpointSlice' || own.has(name));
}

function isSliceOf({ kind, object }: ObjectSighting, service: string): boolean {
  const labels = asRecord(asRecord(object['metadata'])['labels']);
  return kind === 'EndpointSlice' && labels[SERVICE_LABEL] === service;
}
