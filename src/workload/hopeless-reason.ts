import type { Pod } from './kube-object.ts';

/** A container may crash once and find its feet (a dependency that was late): the third start is too many. */
const HOPELESS_RESTARTS = 2;
/** Waiting reasons that only a change of the spec or of the nodes' images can end. */
const HOPELESS_WAITING = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'CreateContainerConfigError',
]);

/** Why waiting for these Pods cannot help, or `null` while it may. */
export function hopelessReason(pods: readonly Pod[]): string | null {
  for (const pod of pods) {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const { name, state, restartCount } of statuses) {
      const waiting = state?.waiting;
      if (waiting?.reason === undefined) continue;
      const crashes = waiting.reason === 'CrashLoopBackOff' && restartCount >= HOPELESS_RESTARTS;
      if (!crashes && !HOPELESS_WAITING.has(waiting.reason)) continue;
      const title = `Pod ${pod.metadata?.name ?? ''}, container ${name}`;
      return `${title}: ${waiting.reason}${waiting.message === undefined ? '' : `: ${waiting.message}`}`;
    }
  }
  return null;
}
