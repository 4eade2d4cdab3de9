import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import { drainbench, kubectl } from '../e2e/support/drainbench.ts';
import {
  ADMIN,
  applyYaml,
  auditCaughtUp,
  auditedWrites,
  auditEnd,
  tenantKubeconfig,
} from '../e2e/support/existing-cluster.ts';

const BOX = 'cluster-init';
const SHOP = `apiVersion: v1
kind: Namespace
metadata: { name: team }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: team, labels: { app: shop } }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      terminationGracePeriodSeconds: 45
      containers:
        - name: app
          image: example.com/shop:1
          ports: [{ name: web, containerPort: 8080 }]
          envFrom: [{ secretRef: { name: shop-keys } }]
          readinessProbe: { httpGet: { path: /ready, port: web } }
          lifecycle: { preStop: { sleep: { seconds: 3 } } }
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: team }
spec: { type: NodePort, selector: { app: shop }, ports: [{ port: 80, targetPort: web }] }
---
apiVersion: v1
kind: Service
metadata: { name: other, namespace: team }
spec: { selector: { app: other }, ports: [{ port: 80 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: shop, namespace: team }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: shop } } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: shop, namespace: team }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop }, minReplicas: 2, maxReplicas: 4 }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader, namespace: team }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: team }
rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: team }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: team }]
`;

const folder = mkdtempSync(join(tmpdir(), 'drainbench-init-'));
const output = (name: string) => join(folder, `${name}.drainbench.yaml`);
const on = (kubeconfig: string, context: string) => [
  ...['init', '--context', context, '--kubeconfig', kubeconfig, '--namespace', 'team'],
];
const asAdmin = on(boxPaths(BOX).kubeconfig, `drainbench-${BOX}`);

beforeAll(async () => {
  const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '1']);
  expect(up.exitCode, up.all).toBe(0);
  await applyYaml(BOX, SHOP);
});

afterAll(async () => {
  await drainbench(['cluster', 'down', '--name', BOX]);
  rmSync(folder, { recursive: true });
});

it('writes what runs as a manifest that creates the same elsewhere, and changes nothing in the cluster', async () => {
  const from = auditEnd(BOX);
  const made = await drainbench([...asAdmin, '--workload', 'deployment/shop', '--output', output('shop')]);
  expect(made.exitCode, made.all).toBe(0);
  await auditCaughtUp(BOX);
  expect(auditedWrites(BOX, from, ADMIN)).toEqual([]);

  const manifest = readFileSync(join(folder, 'shop.manifest.yaml'), 'utf8');
  const objects = parseAllDocuments(manifest).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string } },
  );
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    ...['Deployment shop', 'Service shop', 'PodDisruptionBudget shop', 'HorizontalPodAutoscaler shop'],
  ]);
  expect(manifest).toContain('add it below, or they do not start: Secret shop-keys.');
  expect(manifest).not.toMatch(/uid:|resourceVersion:|managedFields:|clusterIP|nodePort:|status:|namespace:/);
  // The API server takes it as it is, in another namespace.
  await kubectl(BOX, 'create', 'namespace', 'copy');
  const copied = await kubectl(BOX, 'apply', '-n', 'copy', '-f', join(folder, 'shop.manifest.yaml'));
  expect(copied).toContain('deployment.apps/shop created');

  const scenario = readFileSync(output('shop'), 'utf8');
  expect(scenario).toContain('manifest: shop.manifest.yaml');
  expect(scenario).toContain('port: 8080   # where Service shop sends');
  expect(scenario).toContain('grace period 45 s');
  expect(scenario).toContain('path: /ready');
  const planned = await drainbench(['run', output('shop'), '--dry-run']);
  expect(planned.exitCode, planned.all).toBe(0);
});

it('goes on with what it may read, and says what it may not', async () => {
  const reader = join(folder, 'reader.kubeconfig');
  await tenantKubeconfig(BOX, reader, 'reader', 'team');
  const made = await drainbench([
    ...on(reader, 'tenant'),
    ...['--workload', 'deployment/shop', '--output', output('read'), '--port', '8080'],
  ]);
  expect(made.exitCode, made.all).toBe(0);
  expect(made.stderr).toMatch(/^not read: Services \(.*forbidden/m);
  expect(readFileSync(join(folder, 'read.manifest.yaml'), 'utf8')).toMatch(/^# Not read, so perhaps missing: Services/m); // prettier-ignore
  const refused = await drainbench([...on(reader, 'tenant'), '--workload', 'statefulset/shop']);
  expect(refused.exitCode).toBe(69);
  expect(refused.stderr).toContain('kubectl auth can-i get statefulsets --namespace team');
});

it('names what is not there, what was not said, and what it would write over, and writes nothing', async () => {
  const missing = await drainbench([...asAdmin, '--workload', 'deployment/no-such']);
  expect(missing.exitCode).toBe(64);
  expect(missing.stderr).toContain('there is no Deployment no-such in namespace team');
  expect((await drainbench(asAdmin)).stderr).toContain('--workload deployment/NAME or statefulset/NAME');
  const both = await drainbench([...asAdmin, 'app.yaml']);
  expect(both.exitCode).toBe(64);
  expect(both.stderr).toContain('source-unclear');
  writeFileSync(join(folder, 'mine.manifest.yaml'), 'mine');
  const kept = await drainbench([...asAdmin, '--workload', 'deployment/shop', '--output', output('mine')]);
  expect(kept.exitCode).toBe(64);
  expect(readFileSync(join(folder, 'mine.manifest.yaml'), 'utf8')).toBe('mine');
});
