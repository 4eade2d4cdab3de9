import type { KubeConfig } from '@kubernetes/client-node';

import type { ObserveContext } from '../observer.ts';
import type { StampClock } from '../read-stamp.ts';
import { followLog } from './follow-log.ts';
import type { FollowedContainer } from './followed-container.ts';
import { KeptLog } from './kept-log.ts';
import { readNodeLog } from './read-node-log.ts';

/**
 * Keeps one container's log in its file until it has ended or `stop`: read on its node where there is a way to it, else
 * followed through the API, which costs the API server, the kubelet and the runtime a part of what each request costs.
 * What could not be read to the end is an `observation-gap`. Never rejects.
 */
export async function keepContainerLog(
  kubeConfig: KubeConfig,
  container: FollowedContainer,
  clock: StampClock,
  context: ObserveContext,
  stop: AbortSignal,
): Promise<void> {
  const log = new KeptLog(container, clock, context);
  const signal = AbortSignal.any([context.signal, stop]);
  const follow = () => followLog(kubeConfig, container, log, signal);
  const { nodeFile } = container;
  const ended =
    nodeFile === null
      ? follow()
      : readNodeLog(nodeFile, container, log, signal).catch((error: unknown) => {
          noteFallback(container, error, context);
          return follow();
        });
  await log.close(await ended);
}

/** Nothing is missing for that, but it costs the load something. */
function noteFallback({ pod, name }: FollowedContainer, error: unknown, context: ObserveContext): void {
  const reason = error instanceof Error ? error.message : String(error);
  context.record({
    type: 'note',
    atNs: context.nowNs(),
    uncertaintyNs: 0,
    source: 'app-log',
    message: `the log of ${name} in ${pod} is followed through the API: it cannot be read on its node (${reason})`,
  });
}
