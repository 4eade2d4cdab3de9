import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';

import { getKubeJson, KubeStatusError, openKubeStream } from '../cluster/kube/kube-stream.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { ObjectEvent } from '../model/history-event.ts';
import type { ObserveContext } from './observer.ts';
import { splitLines } from './split-lines.ts';

export interface KubeObject {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    managedFields?: unknown;
  };
  readonly [field: string]: unknown;
}

export interface WatchTarget {
  readonly kind: ObjectEvent['kind'];
  /** REST path of the collection, e.g. `/api/v1/namespaces/x/pods`. */
  readonly path: string;
  /** Names the watch in gap events, e.g. `pods`. */
  readonly observer: string;
  /** Only objects with these labels. */
  readonly labelSelector?: string;
  /** Only these are recorded, where labels cannot tell. */
  readonly concerns?: (object: KubeObject) => boolean;
}

export interface WatchLoop {
  /** Resolves when the first list is in. */
  readonly listed: Promise<void>;
  /** Resolves when the loop has ended; never rejects: what went wrong is recorded as gaps. */
  readonly ended: Promise<void>;
}

/** Between the end of one watch and the next being open; longer is a gap. */
const RECONNECT_GAP_MS = 250;
/** How often the watch is held against a fresh list, and how long it may be behind before it counts as stalled. */
const CHECK_EVERY_MS = 1000;
/** The harness' own event loop can hold a line up this long; measured stalls beyond it are recorded by the conductor. */
const RECEIPT_UNCERTAINTY_NS = 2 * NS_PER_MS;

/**
 * Lists a collection and watches it from there, for as long as the signal allows. Every change is recorded with the
 * moment its bytes arrived. What could not be seen becomes an `observation-gap`: a watch that was cut and could not be
 * reopened at once, a resource version that is too old (410: changes in between are lost), and a watch that is open
 * but silent although a list shows newer objects.
 */
export function startWatchLoop(
  kubeConfig: KubeConfig,
  target: WatchTarget,
  context: ObserveContext,
  onObject: (event: ObjectEvent['change'], object: KubeObject) => void,
): WatchLoop {
  const state = new WatchState(target, context, onObject);
  let onListed: () => void = () => undefined;
  const listed = new Promise<void>((resolve) => {
    onListed = resolve;
  });
  const ended = keepWatching(kubeConfig, target, context, state, onListed).then(onListed);
  return { listed, ended };
}

async function keepWatching(
  kubeConfig: KubeConfig,
  target: WatchTarget,
  context: ObserveContext,
  state: WatchState,
  onListed: () => void,
): Promise<void> {
  const { signal } = context;
  const stopped = () => signal.aborted;
  let pauseMs = 0;
  while (!stopped()) {
    try {
      if (state.resourceVersion === null) {
        state.list((await getKubeJson(kubeConfig, address(target), signal)) as ListAnswer);
        onListed();
      }
      await watchOnce(kubeConfig, target, context, state);
      pauseMs = 0;
    } catch (error) {
      if (stopped()) return;
      state.lost(reasonOf(error));
      if (error instanceof KubeStatusError && error.status === 410) state.resourceVersion = null;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(1000, pauseMs * 2 + 20);
    }
  }
}

function address({ path, labelSelector }: WatchTarget, query = ''): string {
  const selector = labelSelector === undefined ? '' : `labelSelector=${encodeURIComponent(labelSelector)}`;
  return `${path}?${[selector, query].filter((part) => part !== '').join('&')}`;
}

interface ListAnswer {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubeObject[];
}

async function watchOnce(
  kubeConfig: KubeConfig,
  target: WatchTarget,
  context: ObserveContext,
  state: WatchState,
): Promise<void> {
  const connection = new AbortController();
  const signal = AbortSignal.any([context.signal, connection.signal]);
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${state.resourceVersion ?? ''}`;
  const body = await openKubeStream(kubeConfig, address(target, query), signal);
  state.opened();
  const checking = checkAgainstList(kubeConfig, target, signal, state, () => connection.abort());
  try {
    for await (const line of splitLines(body, context.nowNs)) {
      if (!line.complete) throw new Error('the stream ended in the middle of a line');
      state.received(JSON.parse(line.text) as WatchLine, line.arrivedNs);
    }
    state.lost('the server closed the watch');
  } finally {
    connection.abort();
    await checking;
  }
}

/** Aborts the connection when two checks in a row find the watch behind the same newer object. */
async function checkAgainstList(
  kubeConfig: KubeConfig,
  target: WatchTarget,
  signal: AbortSignal,
  state: WatchState,
  cut: () => void,
): Promise<void> {
  const stopped = () => signal.aborted;
  let missed = 0;
  while (!stopped()) {
    await sleep(CHECK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    const list = (await getKubeJson(kubeConfig, address(target), signal).catch(
      () => null,
    )) as ListAnswer | null;
    if (stopped() || list === null) continue;
    const newest = Math.max(0, ...list.items.map((item) => Number(item.metadata.resourceVersion)));
    if (missed > Number(state.resourceVersion ?? 0)) {
      state.stalled();
      cut();
      return;
    }
    missed = newest > Number(state.resourceVersion ?? 0) ? newest : 0;
  }
}

interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

/** Where one watch stands, and what it has to say about what it did not see. */
class WatchState {
  /** Of the last change seen; `null` when a new list is needed. */
  resourceVersion: string | null = null;
  readonly #target: WatchTarget;
  readonly #context: ObserveContext;
  readonly #onObject: (change: ObjectEvent['change'], object: KubeObject) => void;
  #blindSinceNs: number | null = null;
  #blindReason = '';
  #lastArrivalNs: number;

  constructor(
    target: WatchTarget,
    context: ObserveContext,
    onObject: (change: ObjectEvent['change'], object: KubeObject) => void,
  ) {
    this.#target = target;
    this.#context = context;
    this.#onObject = onObject;
    this.#lastArrivalNs = context.nowNs();
  }

  list(answer: ListAnswer): void {
    const nowNs = this.#context.nowNs();
    for (const item of answer.items) this.#record('LISTED', item, nowNs);
    this.resourceVersion = answer.metadata.resourceVersion;
  }

  opened(): void {
    const nowNs = this.#context.nowNs();
    if (this.#blindSinceNs !== null && nowNs - this.#blindSinceNs > RECONNECT_GAP_MS * NS_PER_MS) {
      this.#gap(this.#blindSinceNs, nowNs);
    }
    this.#blindSinceNs = null;
    this.#lastArrivalNs = nowNs;
  }

  received(line: WatchLine, arrivedNs: number): void {
    this.#lastArrivalNs = arrivedNs;
    if (line.type === 'ERROR') {
      throw new KubeStatusError(
        this.#target.path,
        line.object.code ?? 0,
        line.object.message ?? 'watch error',
      );
    }
    this.resourceVersion = line.object.metadata.resourceVersion;
    if (line.type !== 'BOOKMARK') this.#record(line.type, line.object, arrivedNs);
  }

  /** The stream is over; blind from now on, unless it was before. */
  lost(reason: string): void {
    this.#blindSinceNs ??= this.#context.nowNs();
    this.#blindReason = reason;
  }

  /** Blind since the last line that came through. */
  stalled(): void {
    this.#blindSinceNs = this.#lastArrivalNs;
    this.#blindReason = 'the watch was open but silent while a list showed newer objects';
  }

  #gap(fromNs: number, toNs: number): void {
    this.#context.record({
      type: 'observation-gap',
      atNs: toNs,
      uncertaintyNs: 0,
      source: 'api-watch',
      observer: this.#target.observer,
      fromNs,
      toNs,
      reason: this.#blindReason,
    });
  }

  #record(change: ObjectEvent['change'], object: KubeObject, atNs: number): void {
    if (this.#target.concerns?.(object) === false) return;
    const metadata = { ...object.metadata };
    delete metadata.managedFields;
    const kept = { ...object, metadata };
    this.#context.record({
      type: 'object',
      atNs,
      uncertaintyNs: RECEIPT_UNCERTAINTY_NS,
      source: 'api-watch',
      change,
      kind: this.#target.kind,
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      object: kept,
    });
    this.#onObject(change, kept);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
