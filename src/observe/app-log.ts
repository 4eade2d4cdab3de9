import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';

import { KubeStatusError, openKubeStream } from '../cluster/kube/kube-stream.ts';
import type { ObserveContext, Observer } from './observer.ts';
import { readStamp, type StampClock } from './read-stamp.ts';
import { splitLines } from './split-lines.ts';
import type { KubeObject } from './watch-loop.ts';

export interface AppLogObserver extends Observer {
  /** Tells the observer of a Pod as the watch saw it; follows each container's log from the moment it runs. */
  podSeen(pod: KubeObject): void;
}

/** Logs of Pods that are left are followed this long after `stop`, for what the app writes at its end. */
const LAST_LINES_MS = 5000;

/**
 * Follows the log of every container of the trial's Pods into `logs/POD.CONTAINER.log`, and records the stamps that
 * the sample app writes about its own life. Logs are followed, not fetched afterwards: they vanish with their Pod.
 */
export function followAppLogs(
  kubeConfig: KubeConfig,
  namespace: string,
  logsPath: string,
  clock: StampClock,
  context: ObserveContext,
): AppLogObserver {
  const follows = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  return {
    podSeen: (pod) => {
      for (const container of runningContainers(pod)) {
        const key = `${pod.metadata.uid}/${container}`;
        if (follows.has(key) || signal.aborted) continue;
        follows.set(
          key,
          follow(kubeConfig, namespace, pod, container, logsPath, clock, { ...context, signal }),
        );
      }
    },
    stop: async () => {
      const timer = setTimeout(() => stopping.abort(), LAST_LINES_MS);
      await Promise.all(follows.values());
      clearTimeout(timer);
    },
  };
}

async function follow(
  kubeConfig: KubeConfig,
  namespace: string,
  pod: KubeObject,
  container: string,
  logsPath: string,
  clock: StampClock,
  context: ObserveContext,
): Promise<void> {
  const fromNs = context.nowNs();
  const { name, uid } = pod.metadata;
  const file = createWriteStream(join(logsPath, `${name}.${container}.log`), { flags: 'wx' });
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?follow=true&container=${container}`;
  try {
    const body = await openKubeStream(kubeConfig, path, context.signal);
    for await (const line of splitLines(body, context.nowNs)) {
      if (!file.write(`${line.text}\n`)) await drained(file);
      const stamp = readStamp(line.text, clock);
      if (stamp === null) continue;
      context.record({ type: 'app-stamp', source: 'app-log', pod: name, podUid: uid, container, ...stamp });
    }
  } catch (error) {
    // The Pod can be gone before its log was asked for: nothing was there to read, and the watch tells that story.
    const gone = error instanceof KubeStatusError && error.status === 404;
    if (!context.signal.aborted && !gone) {
      context.record({
        type: 'observation-gap',
        atNs: context.nowNs(),
        uncertaintyNs: 0,
        source: 'app-log',
        observer: `log of ${name}`,
        fromNs,
        toNs: context.nowNs(),
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  } finally {
    file.end();
    await finished(file);
  }
}

function runningContainers(pod: KubeObject): string[] {
  const status = pod['status'] as
    | { containerStatuses?: { name: string; state?: { running?: unknown; terminated?: unknown } }[] }
    | undefined;
  return (status?.containerStatuses ?? [])
    .filter(({ state }) => state?.running !== undefined || state?.terminated !== undefined)
    .map(({ name }) => name);
}

async function drained(file: WriteStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    file.once('drain', resolve);
    file.once('error', reject);
  });
}
