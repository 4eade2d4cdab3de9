import type { KubeObject } from './kube-object.ts';

/** What the API server, controllers and kubectl write into the metadata of an object, and no manifest has. */
const METADATA = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'ownerReferences',
  'finalizers',
  'namespace',
] as const;
const ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kubectl.kubernetes.io/restartedAt',
  'deployment.kubernetes.io/revision',
];
/** What a Service gets where it names none: a second one of the same address or port would be refused. */
const OF_SERVICE = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort'];

/** An object of a cluster as one could create it elsewhere: without status, identity, and what the cluster chose. */
export function withoutClusterFields(object: KubeObject): KubeObject {
  const copy = structuredClone(object) as Loose & KubeObject;
  delete copy['status'];
  cleanMetadata(copy['metadata']);
  const spec = copy['spec'] as Loose | undefined;
  if (spec === undefined) return copy;
  cleanMetadata((spec['template'] as Loose | undefined)?.['metadata']);
  for (const claim of listOf(spec['volumeClaimTemplates'])) {
    delete claim['status'];
    cleanMetadata(claim['metadata']);
  }
  if (copy.kind === 'Service') cleanService(spec);
  return copy;
}

type Loose = Record<string, unknown>;

function cleanMetadata(metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null) return;
  const known = metadata as Loose;
  for (const key of METADATA) Reflect.deleteProperty(known, key);
  const annotations = known['annotations'] as Loose | undefined;
  if (annotations === undefined) return;
  for (const key of ANNOTATIONS) Reflect.deleteProperty(annotations, key);
  if (Object.keys(annotations).length === 0) delete known['annotations'];
}

/** A headless Service stays one. */
function cleanService(spec: Loose): void {
  const isHeadless = spec['clusterIP'] === 'None';
  for (const key of OF_SERVICE) Reflect.deleteProperty(spec, key);
  if (isHeadless) spec['clusterIP'] = 'None';
  for (const port of listOf(spec['ports'])) delete port['nodePort'];
}

function listOf(value: unknown): readonly Loose[] {
  return Array.isArray(value) ? (value as readonly Loose[]) : [];
}
