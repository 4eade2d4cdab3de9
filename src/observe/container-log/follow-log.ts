import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';

import { KubeStatusError, openKubeStream } from '../../cluster/kube/kube-stream.ts';
import { splitLines } from '../split-lines.ts';
import type { FollowedContainer } from './followed-container.ts';
import type { KeptLog } from './kept-log.ts';
import { LOG_BOUNDS } from './log-bounds.ts';

/** A log that ends although its container is not known to have: so long until the API says that it has, or not. */
const END_CONFIRMED_MS = 1000;
const POLL_MS = 50;
const RETRY_MS = 200;

/**
 * Follows one container's log through the API to its end; resolves to whether that was reached. Where the stream breaks
 * (the API server or the kubelet was away) the log is read again from its beginning, and what is known of it is passed
 * over: nothing is lost, as the app stamps its own lines.
 */
export async function followLog(
  kubeConfig: KubeConfig,
  container: FollowedContainer,
  log: KeptLog,
  signal: AbortSignal,
): Promise<boolean> {
  const cut: Cut = { line: null };
  const stopped = () => signal.aborted;
  while (!stopped()) {
    try {
      await readOnce(kubeConfig, container, log, cut, signal);
      log.whole();
      if (await endConfirmed(container, signal)) return true;
    } catch (error) {
      const gone = error instanceof KubeStatusError && error.status === 404;
      // Gone before its log was asked for, or read to an end before: the watch tells that story.
      if (gone) return false;
      log.broken(error instanceof Error ? error.message : String(error));
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  if (container.over) log.broken('its container had ended, but its log did not come to an end');
  return false;
}

interface Cut {
  /** An unfinished last line, as an earlier reading left it. */
  line: string | null;
}

/** Reads the log from its beginning, keeps what is new. */
async function readOnce(
  kubeConfig: KubeConfig,
  container: FollowedContainer,
  log: KeptLog,
  cut: Cut,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, pod, name } = container;
  const which = container.superseded ? '&previous=true' : '';
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?follow=true&container=${name}${which}`;
  let position = 0;
  const stream = paced(await openKubeStream(kubeConfig, path, signal), log, signal);
  for await (const { text, complete, cutBytes = 0 } of splitLines(
    stream,
    () => 0,
    () => 0,
    LOG_BOUNDS.lineBytes,
  )) {
    position += 1;
    if (position <= log.lines) continue;
    if (cutBytes > 0) log.cutLines += 1;
    // A stream that broke, or the app's own death in the middle of a line: a second reading tells which.
    if (!complete && text !== cut.line) {
      cut.line = text;
      throw new Error('the log broke off in the middle of a line');
    }
    await log.append([Buffer.from(`${text}\n`)]);
  }
}

async function* paced(
  chunks: AsyncIterable<Buffer>,
  log: KeptLog,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    await log.pace(chunk.length, signal);
  }
}

async function endConfirmed(container: FollowedContainer, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + END_CONFIRMED_MS;
  while (!container.over && performance.now() < deadline && !signal.aborted) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  return container.over;
}
