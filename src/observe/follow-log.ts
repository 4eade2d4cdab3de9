import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';

import { KubeStatusError, openKubeStream } from '../cluster/kube/kube-stream.ts';
import type { ObserveContext } from './observer.ts';
import { recordContainerLog } from './record-container-log.ts';
import { readStamp, type StampClock } from './read-stamp.ts';
import { splitLines } from './split-lines.ts';

export interface FollowedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly name: string;
  /** Which of the container's lives in its Pod: the first is 0. */
  readonly restarts: number;
  /** Set from outside once the container is known to have ended: its log ends then too. */
  over: boolean;
  /** Set from outside once the container was started anew: what is left of this life is the previous log. */
  superseded: boolean;
  /** Path of the file that its log is written to. */
  readonly file: string;
}

/** A log that ends although its container is not known to have: so long until the API says that it has, or not. */
const END_CONFIRMED_MS = 1000;
const POLL_MS = 50;
const RETRY_MS = 200;

/**
 * Follows one container's log to its end into its file. Where the stream breaks (the API server or the
 * kubelet was away) the log is read again from its beginning, and what is known of it is passed over: nothing is lost,
 * as the app stamps its own lines. What could not be read to the end is an `observation-gap`. Never rejects.
 */
export async function followLog(
  kubeConfig: KubeConfig,
  container: FollowedContainer,
  clock: StampClock,
  context: ObserveContext,
  stop: AbortSignal,
): Promise<void> {
  const { pod, podUid, name } = container;
  const file = createWriteStream(container.file, { flags: 'wx' });
  // A disk that is full is told by `finished` below.
  file.on('error', () => undefined);
  const signal = AbortSignal.any([context.signal, stop]);
  const log: LogInProgress = {
    file,
    written: 0,
    partial: null,
    ended: false,
    brokenSinceNs: null,
    reason: '',
  };
  const onLine = (text: string) => {
    const stamp = readStamp(text, clock);
    if (stamp === null) return;
    context.record({ type: 'app-stamp', source: 'app-log', pod, podUid, container: name, ...stamp });
  };
  const broke = (error: unknown) => {
    log.ended = false;
    log.brokenSinceNs ??= context.nowNs();
    log.reason = error instanceof Error ? error.message : String(error);
  };
  await readToEnd(kubeConfig, container, log, context.nowNs, signal, onLine).catch(broke);
  file.end();
  await finished(file).catch(broke);
  if (log.ended) recordContainerLog(context, container, { stage: 'ended' });
  if (log.brokenSinceNs === null || context.signal.aborted) return;
  context.record({
    type: 'observation-gap',
    atNs: context.nowNs(),
    uncertaintyNs: 0,
    source: 'app-log',
    observer: `log of ${pod}`,
    fromNs: log.brokenSinceNs,
    toNs: context.nowNs(),
    reason: log.reason,
  });
}

interface LogInProgress {
  readonly file: WriteStream;
  /** Whole lines so far. */
  written: number;
  /** An unfinished last line, as an earlier reading left it. */
  partial: string | null;
  /** It was read to its end, and the container has ended. */
  ended: boolean;
  /** Since when lines may be missing; `null`: none is. */
  brokenSinceNs: number | null;
  reason: string;
}

async function readToEnd(
  kubeConfig: KubeConfig,
  container: FollowedContainer,
  log: LogInProgress,
  nowNs: () => number,
  signal: AbortSignal,
  onLine: (text: string) => void,
): Promise<void> {
  const broken = (reason: string) => {
    log.brokenSinceNs ??= nowNs();
    log.reason = reason;
  };
  const stopped = () => signal.aborted;
  while (!stopped()) {
    try {
      await readOnce(kubeConfig, container, log, nowNs, signal, onLine);
      log.brokenSinceNs = null;
      log.ended = await endConfirmed(container, signal);
      if (log.ended) return;
    } catch (error) {
      const gone = error instanceof KubeStatusError && error.status === 404;
      // Gone before its log was asked for, or read to an end before: the watch tells that story.
      if (gone) return;
      broken(error instanceof Error ? error.message : String(error));
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  if (!container.over) return;
  broken('its container had ended, but its log did not come to an end');
}

/** Reads the log from its beginning, keeps what is new. */
async function readOnce(
  kubeConfig: KubeConfig,
  container: FollowedContainer,
  log: LogInProgress,
  nowNs: () => number,
  signal: AbortSignal,
  onLine: (text: string) => void,
): Promise<void> {
  const { namespace, pod, name } = container;
  const which = container.superseded ? '&previous=true' : '';
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?follow=true&container=${name}${which}`;
  let position = 0;
  for await (const line of splitLines(await openKubeStream(kubeConfig, path, signal), nowNs)) {
    position += 1;
    if (position <= log.written) continue;
    // A stream that broke, or the app's own death in the middle of a line: a second reading tells which.
    if (!line.complete && line.text !== log.partial) {
      log.partial = line.text;
      throw new Error('the log broke off in the middle of a line');
    }
    log.written += 1;
    if (!log.file.write(`${line.text}\n`)) await once(log.file, 'drain');
    onLine(line.text);
  }
}

async function endConfirmed(container: FollowedContainer, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + END_CONFIRMED_MS;
  while (!container.over && performance.now() < deadline && !signal.aborted) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  return container.over;
}
