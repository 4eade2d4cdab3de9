import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';

import type { ObjectEvent } from '../model/history-event.ts';
import { askForGoneLog } from './ask-for-gone-log.ts';
import { followLog, type FollowedContainer } from './follow-log.ts';
import type { ObserveContext, Observer } from './observer.ts';
import type { StampClock } from './read-stamp.ts';
import type { KubeObject } from './watch-state.ts';

export interface AppLogObserver extends Observer {
  /** Tells the observer of a Pod as the watch saw it; follows each container's log from the moment it runs. */
  podSeen(change: ObjectEvent['change'], pod: KubeObject): void;
}

/** Logs of Pods that are left are followed this long after `stop`, for what the app writes at its end. */
const LAST_LINES_MS = 5000;

/**
 * Follows the log of every container of the trial's Pods, init containers too, into `logs/POD.CONTAINER.log` (one that
 * was restarted N times, or whose Pod is the Nth of its name: `logs/POD.CONTAINER.N.log`), and records the stamps that
 * the sample app writes about its own life. Logs are followed, not fetched afterwards: they vanish with their Pod, and
 * that they do is recorded too.
 */
export function followAppLogs(
  kubeConfig: KubeConfig,
  namespace: string,
  logsPath: string,
  clock: StampClock,
  context: ObserveContext,
): AppLogObserver {
  const follows: { readonly container: FollowedContainer; readonly ended: Promise<void> }[] = [];
  const asks: Promise<void>[] = [];
  const stopping = new AbortController();
  const stopped = () => context.signal.aborted || stopping.signal.aborted;
  return {
    podSeen: (change, pod) => {
      const { name, uid } = pod.metadata;
      for (const status of startedContainers(pod)) {
        const instances = follows.filter(
          ({ container }) => container.podUid === uid && container.name === status.name,
        );
        for (const { container } of instances) {
          container.superseded ||= status.restarts > container.restarts;
          container.over ||= container.superseded || status.ended || change === 'DELETED';
        }
        if (instances.some(({ container }) => container.restarts >= status.restarts) || stopped()) continue;
        const container: FollowedContainer = {
          namespace,
          pod: name,
          podUid: uid,
          name: status.name,
          restarts: status.restarts,
          over: status.ended,
          superseded: false,
          file: join(logsPath, fileName(name, status, follows)),
        };
        const ended = followLog(kubeConfig, container, clock, context, stopping.signal);
        follows.push({ container, ended });
      }
      if (change !== 'DELETED') return;
      for (const { container } of follows) {
        if (container.podUid === uid && !container.superseded)
          asks.push(askForGoneLog(kubeConfig, container, context, stopping.signal));
      }
    },
    stop: async () => {
      const timer = setTimeout(() => stopping.abort(), LAST_LINES_MS);
      await Promise.all([...follows.map(({ ended }) => ended), ...asks]);
      clearTimeout(timer);
    },
  };
}

interface StartedContainer {
  readonly name: string;
  readonly restarts: number;
  readonly ended: boolean;
}

/** Each life of a container has a file of its own, and a StatefulSet gives the names of its Pods again. */
function fileName(
  pod: string,
  { name }: StartedContainer,
  follows: readonly { readonly container: FollowedContainer }[],
): string {
  const before = follows.filter(({ container }) => container.pod === pod && container.name === name).length;
  return `${pod}.${name}${before === 0 ? '' : `.${before}`}.log`;
}

function startedContainers(pod: KubeObject): StartedContainer[] {
  interface Status {
    name: string;
    restartCount?: number;
    state?: { running?: unknown; terminated?: unknown };
  }
  const status = pod['status'] as
    { containerStatuses?: Status[]; initContainerStatuses?: Status[] } | undefined;
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .filter(({ state }) => state?.running !== undefined || state?.terminated !== undefined)
    .map(({ name, restartCount = 0, state }) => ({
      name,
      restarts: restartCount,
      ended: state?.terminated !== undefined,
    }));
}
