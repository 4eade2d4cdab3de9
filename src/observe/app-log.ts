import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';

import type { ObjectEvent } from '../model/history-event.ts';
import { probeDeletedPodLog } from './container-log/probe-deleted-pod-log.ts';
import { ContainerCgroup } from './container-log/container-cgroup.ts';
import { containerStates } from './container-log/container-states.ts';
import type { FollowedContainer } from './container-log/followed-container.ts';
import { keepContainerLog } from './container-log/keep-container-log.ts';
import { findKubepods } from './kernel-trace/cgroup-containers.ts';
import type { ObserveContext, Observer } from './observer.ts';
import type { StampClock } from './read-stamp.ts';
import type { KubeObject } from './watch-state.ts';

export interface AppLogOptions {
  readonly kubeConfig: KubeConfig;
  readonly namespace: string;
  /** The folder to write to. */
  readonly logsPath: string;
  readonly clock: StampClock;
  /** Where a node's Pods have their logs, as `ClusterSources` has it; absent: they are followed through the API. */
  readonly podLogsPath?: ((node: string) => string) | undefined;
  /** Asked at the end: whether the Pods that are left go on. Default: no, they were told to end. */
  readonly podsLiveOn?: () => boolean;
}

export interface AppLogObserver extends Observer {
  /** Tells the observer of a Pod as the watch saw it; keeps each container's log from the moment it runs. */
  podSeen(change: ObjectEvent['change'], pod: KubeObject): void;
}

/** Logs of Pods that are left are read this long after `stop`, for what the app writes at its end. */
const LAST_LINES_MS = 5000;
/** The same where Pods live on: for what the app has yet to write of its last requests. It does ten times a second. */
const LATEST_LINES_MS = 500;

/**
 * Keeps the log of every container of the trial's Pods, init containers too, in `logs/POD.CONTAINER.log` (one that
 * was restarted N times, or whose Pod is the Nth of its name: `logs/POD.CONTAINER.N.log`), and records the stamps that
 * the sample app writes about its own life. Logs are read as they are written, not fetched afterwards: they vanish with
 * their Pod, and that they do is recorded too.
 */
export function followAppLogs(options: AppLogOptions, context: ObserveContext): AppLogObserver {
  const { kubeConfig, clock, podLogsPath, podsLiveOn = () => false } = options;
  const kubepods = podLogsPath === undefined ? Promise.resolve([]) : findKubepods();
  const follows: { readonly container: FollowedContainer; readonly ended: Promise<void> }[] = [];
  const asks: Promise<void>[] = [];
  const stopping = new AbortController();
  const stopped = () => context.signal.aborted || stopping.signal.aborted;
  const lives = ({ metadata }: KubeObject) =>
    follows.map(({ container }) => container).filter(({ podUid }) => podUid === metadata.uid);
  return {
    podSeen: (change, pod) => {
      for (const state of containerStates(pod)) {
        const earlier = lives(pod).filter(({ name }) => name === state.name);
        for (const life of earlier) {
          life.superseded ||= state.begun && state.restarts > life.restarts;
          life.exited ||= life.superseded || state.ended;
          life.over ||= life.exited;
        }
        if (!state.begun || earlier.some(({ restarts }) => restarts >= state.restarts) || stopped()) continue;
        const before = follows.filter(
          ({ container }) => container.pod === pod.metadata.name && container.name === state.name,
        );
        const container: FollowedContainer = {
          namespace: options.namespace,
          pod: pod.metadata.name,
          podUid: pod.metadata.uid,
          name: state.name,
          restarts: state.restarts,
          // Each life of a container has a file of its own, and a StatefulSet gives the names of its Pods again.
          file: join(options.logsPath, fileName(pod.metadata.name, state.name, before.length)),
          nodeFile: nodeFile(options, pod, state),
          cgroup: kubepods.then((folders) => ContainerCgroup.find(folders, state.id)).catch(() => null),
          over: state.ended || change === 'DELETED',
          exited: state.ended,
          superseded: false,
        };
        const ended = keepContainerLog(kubeConfig, container, clock, context, stopping.signal);
        follows.push({ container, ended });
      }
      if (change !== 'DELETED') return;
      for (const container of lives(pod)) {
        container.over = true;
        if (!container.superseded)
          asks.push(probeDeletedPodLog(kubeConfig, container, context, stopping.signal));
      }
    },
    stop: async () => {
      const timer = setTimeout(() => stopping.abort(), podsLiveOn() ? LATEST_LINES_MS : LAST_LINES_MS);
      await Promise.all([...follows.map(({ ended }) => ended), ...asks]);
      clearTimeout(timer);
    },
  };
}

function fileName(pod: string, container: string, before: number): string {
  return `${pod}.${container}${before === 0 ? '' : `.${before}`}.log`;
}

/** As the kubelet names it. */
function nodeFile(
  { podLogsPath, namespace }: AppLogOptions,
  pod: KubeObject,
  { name, restarts }: { readonly name: string; readonly restarts: number },
): string | null {
  const { nodeName } = (pod['spec'] ?? {}) as { nodeName?: string };
  if (podLogsPath === undefined || nodeName === undefined) return null;
  const { name: podName, uid } = pod.metadata;
  return join(podLogsPath(nodeName), `${namespace}_${podName}_${uid}`, name, `${restarts}.log`);
}
