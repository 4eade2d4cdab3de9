import { expect, it } from 'vitest';

import type { ObjectSighting } from '../../../../src/analyze/objects/object-sightings.ts';
import { ownSightings } from '../../../../src/analyze/objects/own-sightings.ts';

const APP = { kind: 'Deployment', service: 'web', port: 8080, container: 'app' } as const;

function sighting(
  kind: ObjectSighting['kind'],
  name: string,
  labels: Readonly<Record<string, string>> | null,
): ObjectSighting {
  return {
    ...{
      kind,
      change: 'MODIFIED',
      name,
      uid: name,
      atNs: 1,
      uncertaintyNs: 1,
      source: 'api-audit',
      eventId: 1,
    },
    object: { metadata: labels === null ? {} : { labels } },
  };
}

const ALL = [
  sighting('Pod', 'web-a', { app: 'web' }),
  sighting('Pod', 'churn-1', { 'drainbench.dev/role': 'churn' }),
  sighting('Pod', 'churn-1', null),
  sighting('EndpointSlice', 'web-1', { 'kubernetes.io/service-name': 'web' }),
  sighting('EndpointSlice', 'web-1', null),
  sighting('EndpointSlice', 'other-1', { 'kubernetes.io/service-name': 'other' }),
];

it('Pods of our own that are no part of the workload are left out, also where a sighting has no labels', () => {
  const pods = ownSightings(ALL, APP).filter(({ kind }) => kind === 'Pod');
  expect(pods.map(({ name }) => name)).toEqual(['web-a']);
});

it('slices of other Services are left out where the app’s own is known', () => {
  const slices = (app: typeof APP | undefined) =>
    ownSightings(ALL, app).flatMap(({ kind, name }) => (kind === 'EndpointSlice' ? [name] : []));
  expect(slices(APP)).toEqual(['web-1', 'web-1']);
  expect(slices(undefined)).toEqual(['web-1', 'web-1', 'other-1']);
});
