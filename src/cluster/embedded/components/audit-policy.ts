import { stringify } from 'yaml';

/** Whole requests and answers where a Pod's end is decided, metadata for the rest, nothing for reads of no interest. */
export function auditPolicy(): string {
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules: [
      {
        level: 'None',
        nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/openapi*', '/version', '/api*'],
      },
      { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
      { level: 'Metadata', verbs: ['get', 'list', 'watch'] },
      {
        level: 'RequestResponse',
        resources: [
          {
            group: '',
            resources: ['pods', 'pods/status', 'pods/eviction', 'pods/binding', 'pods/ephemeralcontainers'],
          },
          { group: '', resources: ['persistentvolumeclaims', 'events'] },
          { group: 'events.k8s.io', resources: ['events'] },
          { group: 'discovery.k8s.io', resources: ['endpointslices'] },
          {
            group: 'apps',
            resources: [
              'deployments',
              'deployments/scale',
              'statefulsets',
              'statefulsets/scale',
              'replicasets',
            ],
          },
        ],
      },
      { level: 'Metadata' },
    ],
  });
}
