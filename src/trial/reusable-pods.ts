/** What of a Pod tells whether another trial can begin with it. */
export interface SeenPod {
  readonly metadata?: { readonly uid?: string; readonly deletionTimestamp?: unknown };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly restartCount: number;
}

/**
 * UIDs of a workload's Pods if each is as new: Ready, not told to end, none of its containers started again; `null` if
 * one is not, or there are more or fewer than there should be.
 */
export function reusablePods(pods: readonly SeenPod[], replicas: number): ReadonlySet<string> | null {
  if (pods.length !== replicas || !pods.every(isReusable)) return null;
  return new Set(pods.map(({ metadata }) => metadata?.uid ?? ''));
}

function isReusable({ metadata, status }: SeenPod): boolean {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const isReady =
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  return (
    isReady &&
    metadata?.deletionTimestamp === undefined &&
    containers.every(({ restartCount }) => restartCount === 0)
  );
}
