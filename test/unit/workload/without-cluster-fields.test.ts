import { describe, expect, it } from 'vitest';

import type { KubeObject } from '../../../src/workload/kube-object.ts';
import { mentionedObjects } from '../../../src/workload/mentioned-objects.ts';
import { withoutClusterFields } from '../../../src/workload/without-cluster-fields.ts';

describe('an object of a cluster, as a manifest has it', () => {
  it('keeps what its owner wrote, and loses what the cluster did', () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        ...{ name: 'web', namespace: 'team', uid: 'u', resourceVersion: '7', generation: 3 },
        ...{ creationTimestamp: 'then', managedFields: [{}], labels: { app: 'web' } },
        annotations: { 'deployment.kubernetes.io/revision': '4', mine: 'yes' },
      },
      spec: {
        replicas: 2,
        template: {
          metadata: {
            labels: { app: 'web' },
            annotations: { 'kubectl.kubernetes.io/restartedAt': 'then' },
            creationTimestamp: null,
          },
          spec: { containers: [{ name: 'app', image: 'web:1' }] },
        },
      },
      status: { replicas: 2 },
    };
    const before = structuredClone(object);
    expect(withoutClusterFields(object as unknown as KubeObject)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' }, annotations: { mine: 'yes' } },
      spec: {
        replicas: 2,
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'app', image: 'web:1' }] },
        },
      },
    });
    expect(object).toEqual(before);
  });

  it('gives a Service’s addresses and ports back to the cluster, but for one without an address', () => {
    const service = (spec: object) =>
      withoutClusterFields({ kind: 'Service', metadata: { name: 'web' }, spec } as unknown as KubeObject);
    expect(
      service({
        ...{ type: 'NodePort', clusterIP: '10.0.0.7', clusterIPs: ['10.0.0.7'], ipFamilies: ['IPv4'] },
        ports: [{ port: 80, nodePort: 31_000 }],
      }),
    ).toMatchObject({ spec: { type: 'NodePort', ports: [{ port: 80 }] } });
    expect(service({ clusterIP: 'None', clusterIPs: ['None'] })).toMatchObject({
      spec: { clusterIP: 'None' },
    });
  });
});

it('what the Pods of a workload need is named once each, and what is optional is not', () => {
  const workload = {
    kind: 'StatefulSet',
    spec: {
      template: {
        spec: {
          serviceAccountName: 'shop',
          imagePullSecrets: [{ name: 'registry' }],
          initContainers: [{ name: 'i', envFrom: [{ configMapRef: { name: 'settings' } }] }],
          containers: [
            {
              name: 'app',
              env: [
                { name: 'A', value: 'a' },
                { name: 'B', valueFrom: { secretKeyRef: { name: 'keys', key: 'b' } } },
                { name: 'C', valueFrom: { configMapKeyRef: { name: 'more', key: 'c', optional: true } } },
              ],
              envFrom: [{ configMapRef: { name: 'settings' } }],
            },
          ],
          volumes: [
            { name: 'v', persistentVolumeClaim: { claimName: 'data' } },
            { name: 't', secret: { secretName: 'tls' } },
            {
              name: 'p',
              projected: { sources: [{ configMap: { name: 'ca' } }, { secret: { name: 'keys' } }] },
            },
            { name: 'e', emptyDir: {} },
          ],
        },
      },
    },
  };
  expect(mentionedObjects(workload as unknown as KubeObject)).toEqual([
    ...['Secret keys', 'ConfigMap settings', 'PersistentVolumeClaim data', 'Secret tls', 'ConfigMap ca'],
    ...['Secret registry', 'ServiceAccount shop'],
  ]);
});
