import { normalizeReference } from '../image/normalize-reference.ts';
import type { KubeObject, PodTemplate } from '../workload/kube-object.ts';
import type { Workload } from '../workload/workload.ts';

/** The workload with images under the names that the nodes know them by; keys are full names. */
export function withImages(workload: Workload, images: ReadonlyMap<string, string>): Workload {
  if (images.size === 0) return workload;
  return { ...workload, objects: workload.objects.map((object) => renamed(object, images)) };
}

function renamed(object: KubeObject, images: ReadonlyMap<string, string>): KubeObject {
  const { spec } = object as { spec?: { template?: PodTemplate } & PodTemplate['spec'] };
  if (spec?.template?.spec !== undefined) {
    const template = { ...spec.template, spec: inPod(spec.template.spec, images) };
    return { ...object, spec: { ...spec, template } } as KubeObject;
  }
  if (object.kind !== 'Pod' || spec === undefined) return object;
  return { ...object, spec: inPod(spec, images) } as KubeObject;
}

type PodSpec = NonNullable<PodTemplate['spec']>;

function inPod(spec: PodSpec, images: ReadonlyMap<string, string>): PodSpec {
  const rename = <T extends { readonly image?: string }>(container: T): T => {
    const image = container.image === undefined ? undefined : images.get(normalizeReference(container.image));
    return image === undefined ? container : { ...container, image };
  };
  return {
    ...spec,
    containers: spec.containers.map(rename),
    ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map(rename) }),
  };
}
