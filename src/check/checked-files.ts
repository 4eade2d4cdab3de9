import type * as k8s from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';
import type { ImageContents } from '../image/image-contents.ts';
import { normalizeReference } from '../image/normalize-reference.ts';
import { DEFAULT_GRACE_SECONDS } from '../model/scenario.ts';
import { findAutoscaler, type Autoscaler } from '../workload/autoscaler.ts';
import type { Container, Deployment, PodTemplate, Service } from '../workload/kube-object.ts';
import type { LocatedObject } from '../workload/parse-manifest.ts';
import { selects } from '../workload/selects.ts';
import { requirePodSpec } from './require-pod-spec.ts';

export type PodSpec = Plain<k8s.V1PodSpec>;

/** All that rules look at: the objects of all files together, as one `kubectl apply` would create them. */
export interface CheckedFiles {
  readonly objects: readonly LocatedObject[];
  readonly workloads: readonly CheckedWorkload[];
}

/** A workload whose Pods go on running: what serves requests is one of these. */
export interface CheckedWorkload {
  readonly kind: string;
  readonly name: string;
  /** `Deployment web`. */
  readonly title: string;
  readonly located: LocatedObject;
  /** Where the Pod's spec stands in the object. */
  readonly specPath: readonly PropertyKey[];
  readonly spec: PodSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly graceSeconds: number;
  /** How many Pods it wants; `null` of a DaemonSet, which has one for each node. */
  readonly replicas: number | null;
  readonly autoscaler: Autoscaler | null;
  /** Those that run as long as the Pod does: the main ones, then the native sidecars. */
  readonly containers: readonly CheckedContainer[];
  /** The Services of the files that select its Pods. */
  readonly services: readonly LocatedObject[];
  /** The containers that get the requests, as far as ports tell; empty where nothing tells. */
  readonly serving: readonly CheckedContainer[];
}

export interface CheckedContainer {
  readonly name: string;
  readonly spec: Container;
  readonly sidecar: boolean;
  readonly path: readonly PropertyKey[];
  /** `null` where no archive of its image was given. */
  readonly image: ImageContents | null;
}

const KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod']);

/**
 * @param images the contents of the archives that were given.
 * @throws DrainbenchError `manifest-invalid` (exit code 64) where a workload has no usable Pod template.
 */
export function checkedFiles(
  objects: readonly LocatedObject[],
  images: readonly ImageContents[],
): CheckedFiles {
  const workloads = objects
    .filter(({ object }) => KINDS.has(object.kind ?? ''))
    .map((located) => checkedWorkload(located, objects, images));
  return { objects, workloads };
}

/** Whether two objects of the files are created in one namespace; one that names none goes where the others go. */
export function inOneNamespace(a: LocatedObject, b: LocatedObject): boolean {
  const [left, right] = [a.object.metadata?.namespace, b.object.metadata?.namespace];
  return left === undefined || right === undefined || left === right;
}

function checkedWorkload(
  located: LocatedObject,
  objects: readonly LocatedObject[],
  images: readonly ImageContents[],
): CheckedWorkload {
  const { object } = located;
  const { kind = '', metadata } = object;
  const name = metadata?.name ?? '';
  const isPod = kind === 'Pod';
  const template: PodTemplate = isPod ? object : ((object as Deployment).spec?.template ?? {});
  const specPath = isPod ? ['spec'] : ['spec', 'template', 'spec'];
  const spec: PodSpec = template.spec ?? { containers: [] };
  requirePodSpec(located, specPath, template.spec);
  const labels = template.metadata?.labels ?? {};
  const near = objects.filter((each) => inOneNamespace(each, located));
  const services = near.filter((each) => isServiceOf(each, labels));
  const containers = [
    ...lasting(spec.containers, [...specPath, 'containers'], false, images),
    ...lasting(spec.initContainers ?? [], [...specPath, 'initContainers'], true, images),
  ];
  return {
    kind,
    name,
    title: `${kind} ${name}`,
    located,
    specPath,
    spec,
    labels,
    graceSeconds: spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    replicas: kind === 'DaemonSet' ? null : isPod ? 1 : ((object as Deployment).spec?.replicas ?? 1),
    autoscaler: findAutoscaler(
      near.map((each) => each.object),
      { kind, name },
    ),
    containers,
    services,
    serving: servingContainers(containers, services),
  };
}

function isServiceOf({ object }: LocatedObject, labels: Readonly<Record<string, string>>): boolean {
  if (object.kind !== 'Service') return false;
  const { selector = {} } = (object as Service).spec ?? {};
  return Object.keys(selector).length > 0 && selects({ matchLabels: selector }, labels);
}

/** Init containers that end are left out. */
function lasting(
  specs: readonly Container[],
  path: readonly PropertyKey[],
  sidecar: boolean,
  images: readonly ImageContents[],
): CheckedContainer[] {
  return specs.flatMap((spec, index) =>
    sidecar && spec.restartPolicy !== 'Always'
      ? []
      : [{ name: spec.name, spec, sidecar, path: [...path, index], image: imageOf(spec, images) }],
  );
}

/** By the full name that the archive gives its image. */
function imageOf({ image }: Container, images: readonly ImageContents[]): ImageContents | null {
  if (image === undefined) return null;
  const wanted = normalizeReference(image);
  return images.find(({ references }) => references.includes(wanted)) ?? null;
}

function servingContainers(
  containers: readonly CheckedContainer[],
  services: readonly LocatedObject[],
): readonly CheckedContainer[] {
  const targets = services.flatMap(({ object }) =>
    ((object as Service).spec?.ports ?? []).map(({ port, targetPort }) => targetPort ?? port),
  );
  const found = containers.filter(
    ({ spec }) =>
    (spec.ports ?? []).some((each) => targets.some((target) => target === each.containerPort || target === each.name)), // prettier-ignore
  );
  if (found.length > 0) return found;
  const main = containers.filter(({ sidecar }) => !sidecar);
  if (targets.length > 0) return containers.length === 1 ? main : [];
  return containers.filter(({ spec }) => (spec.ports ?? []).length > 0);
}
