import { buffer } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';

import { KubeStatusError, openKubeStream } from '../../cluster/kube/kube-stream.ts';
import type { FollowedContainer } from './followed-container.ts';
import type { ObserveContext } from '../observer.ts';
import { recordContainerLog } from './record-container-log.ts';

/**
 * Asks for the log of a container whose Pod is gone, and records that it is refused: logs go with their Pod. Where a
 * Pod of the same name has come, the answer is about that one: nothing is recorded, or another status than 404.
 */
export async function probeDeletedPodLog(
  kubeConfig: KubeConfig,
  container: FollowedContainer,
  context: ObserveContext,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, pod, name } = container;
  try {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${name}&limitBytes=1`;
    // One byte of a namesake's log, if any: what it is does not matter.
    await buffer(await openKubeStream(kubeConfig, path, signal));
  } catch (error) {
    if (!(error instanceof KubeStatusError)) return;
    recordContainerLog(context, container, { stage: 'refused', httpStatus: error.status });
  }
}
