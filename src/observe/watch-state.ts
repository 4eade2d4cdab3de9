import { KubeStatusError } from '../cluster/kube/kube-stream.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { ObjectEvent } from '../model/history-event.ts';
import type { ObserveContext } from './observer.ts';
import type { ArrivedLine } from './split-lines.ts';

export interface KubeObject {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[];
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
  /** How often the watch is held against a list, which it is at its end in any case. Default: once a second. */
  readonly checkEveryMs?: number;
}

export interface ListAnswer {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubeObject[];
}

/** The same without what is in the objects. */
export interface MetadataListAnswer {
  readonly items: readonly { readonly metadata: Pick<KubeObject['metadata'], 'uid' | 'resourceVersion'> }[];
}

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

/** What a list shows and the watch has not shown (yet). */
export interface Missed {
  /** Resource version of the newest object that the watch has not brought; 0: none. */
  readonly newest: number;
  /** UIDs of objects that are gone without the watch having said so. */
  readonly gone: readonly string[];
}

/** Between the end of one watch and the next being open; longer is a gap. */
const RECONNECT_GAP_MS = 250;
/**
 * From the write until its news is here: measured against the audit log, 2 to 50 ms in the middle and 30 to 110 ms at
 * the 90th percentile while two cores were busy with a cluster and its load. Where they are busy with other things, too,
 * it is as much more as the API server and this process are late just then.
 */
const RECEIPT_UNCERTAINTY_NS = 100 * NS_PER_MS;
/** What a reopened watch brings within this time may have happened while it was closed. */
const CATCHING_UP_NS = 500 * NS_PER_MS;
/** Without a good list for this long, its last one included, a watch is not known to be whole. */
const UNCONFIRMED_NS = 3000 * NS_PER_MS;

/** Where one watch stands, and what it has to say about what it did not see. */
export class WatchState {
  /** Of the last change seen; `null` when a new list is needed. */
  resourceVersion: string | null = null;
  readonly #target: WatchTarget;
  readonly #context: ObserveContext;
  readonly #serverLateNs: () => number;
  readonly #onObject: (change: ObjectEvent['change'], object: KubeObject) => void;
  readonly #known = new Set<string>();
  #blind: { readonly sinceNs: number; readonly reason: string } | null = null;
  /** Changes are lost for good, so that the gap counts however short it is. */
  #lostForGood = false;
  #reopened: { readonly blindSinceNs: number; readonly atNs: number } | null = null;
  #lastArrivalNs: number;
  #confirmedNs: number;

  constructor(
    target: WatchTarget,
    context: ObserveContext,
    serverLateNs: () => number,
    onObject: (change: ObjectEvent['change'], object: KubeObject) => void,
  ) {
    this.#target = target;
    this.#context = context;
    this.#serverLateNs = serverLateNs;
    this.#onObject = onObject;
    this.#lastArrivalNs = context.nowNs();
    this.#confirmedNs = this.#lastArrivalNs;
  }

  list(answer: ListAnswer): void {
    const nowNs = this.#context.nowNs();
    this.#known.clear();
    for (const item of answer.items) this.#record('LISTED', item, nowNs);
    this.resourceVersion = answer.metadata.resourceVersion;
  }

  opened(): void {
    const nowNs = this.#context.nowNs();
    if (this.#blind !== null) {
      const { sinceNs } = this.#blind;
      if (this.#lostForGood || nowNs - sinceNs > RECONNECT_GAP_MS * NS_PER_MS) this.#gap(nowNs);
      this.#reopened = { blindSinceNs: sinceNs, atNs: nowNs };
    }
    this.#blind = null;
    this.#lostForGood = false;
    this.#lastArrivalNs = nowNs;
    this.#confirmedNs = nowNs;
  }

  received(line: WatchLine, { arrivedNs, lateNs }: Pick<ArrivedLine, 'arrivedNs' | 'lateNs'>): void {
    this.#lastArrivalNs = arrivedNs;
    if (line.type === 'ERROR') {
      throw new KubeStatusError(
        this.#target.path,
        line.object.code ?? 0,
        line.object.message ?? 'watch error',
      );
    }
    this.resourceVersion = line.object.metadata.resourceVersion;
    if (line.type !== 'BOOKMARK') this.#record(line.type, line.object, arrivedNs, lateNs);
  }

  /** The stream is over; blind from now on, unless it was before. */
  lost(reason: string): void {
    this.#blind ??= { sinceNs: this.#context.nowNs(), reason };
  }

  /** The version to go on from is too old: what changed since then will never be seen. */
  expired(): void {
    this.resourceVersion = null;
    this.#lostForGood = true;
  }

  /** What this list shows beyond what the watch has shown; `null` when the watch is whole, as of now. */
  missedIn(answer: MetadataListAnswer): Missed | null {
    const seen = Number(this.resourceVersion ?? 0);
    const newest = Math.max(0, ...answer.items.map((item) => Number(item.metadata.resourceVersion)));
    const listed = new Set(answer.items.map(({ metadata }) => metadata.uid));
    const gone = [...this.#known].filter((uid) => !listed.has(uid));
    if (newest > seen || gone.length > 0) return { newest: newest > seen ? newest : 0, gone };
    this.#confirmedNs = this.#context.nowNs();
    return null;
  }

  /** Whether the watch has still not shown what an earlier list did. */
  stillMisses({ newest, gone }: Missed): boolean {
    return newest > Number(this.resourceVersion ?? 0) || gone.some((uid) => this.#known.has(uid));
  }

  /** Open but silent: blind since the last line that came through, or the last list that it stood up to. */
  stalled(): void {
    this.#blind = {
      sinceNs: Math.max(this.#lastArrivalNs, this.#confirmedNs),
      reason: 'the watch was open but silent while a list showed what it had not',
    };
  }

  /** The watch will not go on: what it is still blind for, or was not known to have seen, is a gap. */
  close(): void {
    const nowNs = this.#context.nowNs();
    if (this.#blind === null && nowNs - this.#confirmedNs > UNCONFIRMED_NS) {
      this.#blind = {
        sinceNs: this.#confirmedNs,
        reason: 'no list could be had to hold the watch against',
      };
    }
    if (this.#blind !== null) this.#gap(nowNs);
    this.#blind = null;
  }

  #gap(toNs: number): void {
    if (this.#blind === null) return;
    this.#context.record({
      type: 'observation-gap',
      atNs: toNs,
      uncertaintyNs: 0,
      source: 'api-watch',
      observer: this.#target.observer,
      fromNs: this.#blind.sinceNs,
      toNs,
      reason: this.#blind.reason,
    });
  }

  #record(change: ObjectEvent['change'], object: KubeObject, atNs: number, lateNs = 0): void {
    const { uid } = object.metadata;
    if (change === 'DELETED') this.#known.delete(uid);
    else this.#known.add(uid);
    if (this.#target.concerns?.(object) === false) return;
    const metadata = { ...object.metadata };
    delete metadata.managedFields;
    const kept = { ...object, metadata };
    this.#context.record({
      type: 'object',
      atNs,
      uncertaintyNs: this.#uncertaintyNs(atNs, lateNs + this.#serverLateNs()),
      source: 'api-watch',
      change,
      kind: this.#target.kind,
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid,
      resourceVersion: metadata.resourceVersion,
      object: kept,
    });
    this.#onObject(change, kept);
  }

  #uncertaintyNs(atNs: number, lateNs: number): number {
    const usualNs = RECEIPT_UNCERTAINTY_NS + lateNs;
    if (this.#reopened === null || atNs - this.#reopened.atNs > CATCHING_UP_NS) return usualNs;
    return Math.max(usualNs, atNs - this.#reopened.blindSinceNs);
  }
}
