import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';

import { getKubeJson, KubeStatusError, openKubeStream } from '../cluster/kube/kube-stream.ts';
import type { ObjectEvent } from '../model/history-event.ts';
import type { ApiPace } from './api-pace.ts';
import type { ObserveContext } from './observer.ts';
import { splitLines } from './split-lines.ts';
import {
  WatchState,
  type KubeObject,
  type ListAnswer,
  type MetadataListAnswer,
  type Missed,
  type WatchLine,
  type WatchTarget,
} from './watch-state.ts';

export interface WatchLoop {
  /** Resolves when the first list is in, or when it is clear that none will come soon: that is a gap from then on. */
  readonly listed: Promise<void>;
  /** Holds the watch against a last list, ends it, and records what it did not see; never rejects. */
  stop(): Promise<void>;
}

/** An API server that does not know it (before 1.15) answers with all there is. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json';
/** How often a watch is held against a fresh list unless its target says otherwise, and how long it may be behind before it counts as stalled. */
const CHECK_EVERY_MS = 1000;
/** A first list that did not come within this time holds nobody up any longer. */
const FIRST_LIST_MS = 15_000;
/** For the last list, when the watch ends. */
const LAST_LIST_MS = 2000;
/** A watch that lived shorter than this is opened again only after a pause. */
const SHORT_LIFE_MS = 1000;
const LONGEST_PAUSE_MS = 1000;

/**
 * Lists a collection and watches it from there, until it is stopped or the signal ends it. Every change is recorded
 * with the moment its bytes arrived. What could not be seen becomes an `observation-gap`: a watch that was cut and
 * could not be reopened at once, a resource version that is too old (410: changes in between are lost), a watch that
 * is open but silent although a list shows what it has not, one that nothing could be held against, and one that was
 * not open when it ended.
 *
 * @param pace of the API server, to which the lists that the watch is held against contribute
 */
export function startWatchLoop(
  kubeConfig: KubeConfig,
  target: WatchTarget,
  context: ObserveContext,
  pace: ApiPace,
  onObject: (event: ObjectEvent['change'], object: KubeObject) => void,
): WatchLoop {
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const state = new WatchState(target, context, pace.lateNs, onObject);
  const get = (timeoutMs?: number, accept?: string) =>
    pace.time(() => getKubeJson(kubeConfig, address(target), signal, timeoutMs, accept));
  const list = () => get() as Promise<ListAnswer>;
  const listMetadata = async (timeoutMs?: number) => {
    // An empty list of metadata has `null` for its items.
    const { items } = (await get(timeoutMs, METADATA_ONLY)) as { readonly items: unknown };
    if (items !== null && !Array.isArray(items))
      throw new Error(`${target.path} was answered without a list`);
    return { items: (items ?? []) as MetadataListAnswer['items'] };
  };
  const watch: Watch = { kubeConfig, target, context, signal, state, list, listMetadata };
  let onListed: () => void = () => undefined;
  const listed = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, FIRST_LIST_MS);
    onListed = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  const ended = keepWatching(watch, onListed).then(onListed);
  return {
    listed,
    stop: async () => {
      await lastCheck(watch);
      stopping.abort();
      await ended;
      state.close();
    },
  };
}

interface Watch {
  readonly kubeConfig: KubeConfig;
  readonly target: WatchTarget;
  readonly context: ObserveContext;
  readonly signal: AbortSignal;
  readonly state: WatchState;
  readonly list: () => Promise<ListAnswer>;
  /** Who is there, in which version: all that a watch is held against, and a small part of the bytes. */
  readonly listMetadata: (timeoutMs?: number) => Promise<MetadataListAnswer>;
}

async function keepWatching(watch: Watch, onListed: () => void): Promise<void> {
  const { signal, state } = watch;
  let pauseMs = 0;
  while (!isAborted(signal)) {
    let openedAtMs = Infinity;
    let retryAfterMs = 0;
    try {
      if (state.resourceVersion === null) {
        state.list(await watch.list());
        onListed();
      }
      openedAtMs = performance.now();
      await watchOnce(watch);
    } catch (error) {
      if (isAborted(signal)) return;
      state.lost(error instanceof Error ? error.message : String(error));
      if (error instanceof KubeStatusError) {
        if (error.status === 410) state.expired();
        // Refused on purpose: no use in holding up the trial. Trying goes on, the gap grows meanwhile.
        if (error.status === 401 || error.status === 403) onListed();
        retryAfterMs = error.retryAfterMs;
      }
    }
    const lived = performance.now() - openedAtMs;
    pauseMs = lived > SHORT_LIFE_MS ? 0 : Math.min(LONGEST_PAUSE_MS, pauseMs * 2 + 20);
    await sleep(Math.max(pauseMs, retryAfterMs), undefined, { signal }).catch(() => undefined);
  }
}

async function watchOnce({ kubeConfig, target, context, signal, state, listMetadata }: Watch): Promise<void> {
  const connection = new AbortController();
  const open = AbortSignal.any([signal, connection.signal]);
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${state.resourceVersion ?? ''}`;
  const body = await openKubeStream(kubeConfig, address(target, query), open);
  state.opened();
  const { checkEveryMs = CHECK_EVERY_MS } = target;
  const cut = () => connection.abort();
  const checking = checkAgainstLists(listMetadata, checkEveryMs, open, state, cut);
  // Told below, as why this watch is blind: it is no trouble of the run's.
  checking.catch(cut);
  try {
    for await (const line of splitLines(body, context.nowNs, context.heldUpNs)) {
      if (!line.complete) throw new Error('the stream ended in the middle of a line');
      state.received(JSON.parse(line.text) as WatchLine, line);
    }
    state.lost('the server closed the watch');
  } finally {
    connection.abort();
    await checking;
  }
}

function address({ path, labelSelector }: WatchTarget, query = ''): string {
  const selector = labelSelector === undefined ? '' : `labelSelector=${encodeURIComponent(labelSelector)}`;
  return `${path}?${[selector, query].filter((part) => part !== '').join('&')}`;
}

/** Ends the connection when the watch has not shown within a second check what a first one showed. */
async function checkAgainstLists(
  list: Watch['listMetadata'],
  everyMs: number,
  open: AbortSignal,
  state: WatchState,
  cut: () => void,
): Promise<void> {
  let missed: Missed | null = null;
  while (!isAborted(open)) {
    await sleep(everyMs, undefined, { signal: open }).catch(() => undefined);
    const answer = await list().catch(() => null);
    if (isAborted(open) || answer === null) continue;
    if (missed !== null && state.stillMisses(missed)) {
      state.stalled();
      cut();
      return;
    }
    missed = state.missedIn(answer);
  }
}

/** A watch can have stalled since the last check: what a list shows now must arrive within a check's time. */
async function lastCheck({ signal, state, listMetadata }: Watch): Promise<void> {
  if (isAborted(signal)) return;
  const answer = await listMetadata(LAST_LIST_MS).catch(() => null);
  const missed = answer === null ? null : state.missedIn(answer);
  if (missed === null) return;
  const deadline = performance.now() + CHECK_EVERY_MS;
  while (state.stillMisses(missed)) {
    if (performance.now() > deadline) {
      state.stalled();
      return;
    }
    await sleep(20, undefined, { signal }).catch(() => undefined);
    if (isAborted(signal)) return;
  }
}

/** A function, because the compiler takes a signal that was not aborted for one that never is. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
