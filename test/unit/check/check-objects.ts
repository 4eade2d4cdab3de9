import { checkManifests, type CheckFinding } from '../../../src/check/check-manifests.ts';
import type { ImageContents } from '../../../src/image/image-contents.ts';
import type { FileFact } from '../../../src/model/find-programs.ts';
import { parseManifest } from '../../../src/workload/parse-manifest.ts';

type Fields = Readonly<Record<string, unknown>>;

const labels = { app: 'web' };

/** What a container of no finding has. */
export const CONTAINER: Fields = {
  name: 'app',
  image: 'web:1',
  ports: [{ containerPort: 8080 }],
  readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 2 },
  lifecycle: { preStop: { sleep: { seconds: 5 } } },
};

export const SERVICE: Fields = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
};

/** A Deployment of three Pods with one container, of which there is nothing to say; each part can be changed. */
export function deployment({
  spec,
  pod,
  container,
}: Partial<Record<'spec' | 'pod' | 'container', Fields>> = {}): Fields {
  const podSpec = { containers: [{ ...CONTAINER, ...container }], ...pod };
  const template = { metadata: { labels }, spec: podSpec };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template, ...spec },
  };
}

export function budget(spec: Fields, name = 'web'): Fields {
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name }, spec };
}

export function autoscaler(minReplicas: number, maxReplicas: number): Fields {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef, minReplicas, maxReplicas },
  };
}

/** An image `web:1` with these files, all of which can be run. */
export function image(files: readonly string[], more: Partial<ImageContents> = {}): ImageContents {
  return {
    path: 'web.tar',
    references: ['docker.io/library/web:1'],
    entrypoint: ['/app'],
    command: [],
    env: [],
    stopSignal: null,
    files: new Map<string, FileFact>([
      ...['/bin', '/opt', '/usr', '/usr/sbin'].map((path) => [path, { kind: 'folder' }] as const),
      ...files.map((path) => [path, { kind: 'file', executable: true }] as const),
    ]),
    ...more,
  };
}

export async function check(
  objects: readonly Fields[],
  images: readonly ImageContents[] = [],
): Promise<readonly CheckFinding[]> {
  const text = objects.map((object) => JSON.stringify(object, null, 2)).join('\n---\n');
  return (await checkManifests(parseManifest(text, 'web.yaml'), images)).findings;
}
