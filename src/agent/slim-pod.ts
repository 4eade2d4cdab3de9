import type { PodStatus } from './agent-messages.ts';

/** A Pod, cut down to what an agent reads of it: environments and volumes are none of its business. */
export function slimPod({ metadata, spec, status }: PodStatus): PodStatus {
  const { name, uid, resourceVersion } = metadata;
  const { initContainers = [], containers = [] } = (spec ?? {}) as Readonly<
    Partial<Record<'initContainers' | 'containers', readonly Container[]>>
  >;
  const hooksOf = (all: readonly Container[]) =>
    all.map((container) => ({ name: container.name, lifecycle: container.lifecycle }));
  return {
    metadata: { name, uid, resourceVersion },
    spec: { initContainers: hooksOf(initContainers), containers: hooksOf(containers) },
    status,
  };
}

interface Container {
  readonly name: string;
  readonly lifecycle?: unknown;
}
