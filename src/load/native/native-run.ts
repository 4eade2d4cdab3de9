import { NS_PER_MS } from '../../model/duration.ts';
import { composeRequest } from '../compose-request.ts';
import type {
  LiveCounters,
  LoadContext,
  LoadRun,
  LoadSummary,
  LoadTarget,
  TrialLoad,
} from '../load-engine.ts';
import { NameCache } from '../name-cache.ts';
import { dueNs, MAX_LATENESS_NS } from '../pacing-schedule.ts';
import { RequestBook } from '../request-book.ts';
import { WhyNotSent, type Obstacle } from '../why-not-sent.ts';
import { NativeConnection } from './native-connection.ts';

/** Sends in one go before sockets get their turn again, so that catching up does not delay reading answers. */
const MAX_SENDS_A_TURN = 16;

/**
 * One run of the native engine. The schedule itself is the queue: `#next` is the first request that was neither sent
 * nor given up, and it waits for a free place at most `MAX_LATENESS_MS`.
 */
export class NativeRun implements LoadRun {
  readonly #spec: TrialLoad & { readonly ratePerSecond: number };
  readonly #context: LoadContext;
  readonly #book: RequestBook;
  readonly #names: NameCache;
  readonly #compose: readonly ((id: number) => string)[];
  readonly #alive = new Set<NativeConnection>();
  /** Free places, the longest unused first; `undefined` is a place whose connection has yet to be opened. */
  readonly #free: (NativeConnection | undefined)[];
  readonly #why = new WhyNotSent();
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #stopNs: number | undefined;
  #stopped: Promise<LoadSummary> | undefined;

  constructor(spec: TrialLoad & { readonly ratePerSecond: number }, context: LoadContext) {
    this.#spec = spec;
    this.#context = context;
    this.#names = context.names ?? new NameCache();
    this.#compose = context.targets.map((target) => composeRequest(spec, target));
    this.#free = Array.from({ length: spec.concurrency }, () => undefined);
    this.#book = new RequestBook(spec, 'native', context);
    const abort = (): void => void this.stop({ drainMs: 0 });
    context.signal?.addEventListener('abort', abort, { once: true });
    if (context.signal?.aborted === true) abort();
    else this.#pump();
  }

  counters(): LiveCounters {
    return this.#book.counters();
  }

  stop({ drainMs }: { readonly drainMs: number }): Promise<LoadSummary> {
    this.#stopped ??= this.#stop(drainMs);
    return this.#stopped;
  }

  async #stop(drainMs: number): Promise<LoadSummary> {
    const stopNs = this.#context.nowNs();
    this.#stopNs = stopNs;
    this.#pump();
    this.#openRest(stopNs);
    await this.#book.whenIdle(drainMs);
    this.#book.censorOpen();
    for (const connection of this.#alive) connection.destroy();
    return this.#book.summary(stopNs);
  }

  /** Sends what is due, gives up what is too late, and sleeps until there is something to do again. */
  #pump(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    const { nowNs } = this.#context;
    for (let sends = 0; ; this.#next++) {
      const due = dueNs(this.#book.startNs, this.#spec.ratePerSecond, this.#next);
      const now = nowNs();
      if (due > (this.#stopNs ?? now)) {
        if (this.#stopNs === undefined) this.#sleep(due - now);
        return;
      }
      if (now - due > MAX_LATENESS_NS) {
        const errorCode = this.#why.errorCode(due, now);
        this.#book.settle(this.#book.open(due), { how: 'not-sent', errorCode });
        continue;
      }
      const obstacle = this.#findObstacle();
      if (obstacle !== undefined) {
        const sleepNs = Math.min(due + MAX_LATENESS_NS - now, NS_PER_MS);
        this.#why.blockedBy(obstacle, now, now + sleepNs);
        if (this.#stopNs === undefined) this.#sleep(sleepNs);
        return;
      }
      this.#why.clear();
      if (++sends > MAX_SENDS_A_TURN && this.#stopNs === undefined) {
        this.#immediate = setImmediate(() => this.#pump());
        return;
      }
      this.#send(due);
    }
  }

  #sleep(ns: number): void {
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.floor(ns / NS_PER_MS)));
  }

  #findObstacle(): Obstacle | undefined {
    if (this.#context.canRecord?.() === false) return 'LEDGER_BEHIND';
    return this.#free.length === 0 ? 'CONCURRENCY_LIMIT' : undefined;
  }

  #send(due: number): void {
    const idle = this.#takeFree();
    const connection = idle?.alive === true ? idle : this.#open();
    connection.send(this.#book.open(due));
  }

  #takeFree(): NativeConnection | undefined {
    if (this.#spec.poolOrder !== 'newest-first') return this.#free.shift();
    const newest = this.#free.findLastIndex((idle) => idle?.alive === true);
    return newest < 0 ? this.#free.pop() : this.#free.splice(newest, 1)[0];
  }

  #open(): NativeConnection {
    const number = ++this.#book.connections;
    const index = (number - 1) % this.#context.targets.length;
    const connection = new NativeConnection({
      number,
      target: this.#context.targets[index] as LoadTarget,
      names: this.#names,
      compose: this.#compose[index] as (id: number) => string,
      spec: this.#spec,
      book: this.#book,
      nowNs: this.#context.nowNs,
      onFree: (freed, reusable, retry) => {
        if (retry === undefined) this.#free.push(reusable ? freed : undefined);
        else this.#open().send(retry);
      },
      onGone: (gone) => this.#alive.delete(gone),
    });
    this.#alive.add(connection);
    return connection;
  }

  /** What was due, still in time, and had no place when the load was stopped: meant, but never to be known. */
  #openRest(stopNs: number): void {
    for (; ; this.#next++) {
      const due = dueNs(this.#book.startNs, this.#spec.ratePerSecond, this.#next);
      if (due > stopNs) return;
      this.#book.settle(this.#book.open(due), { how: 'stopped' });
    }
  }
}
