import autocannon from 'autocannon';
import { composeRequest } from '../compose-request.ts';
import type { LiveCounters, LoadContext, LoadRun, LoadSummary, TrialLoad } from '../load-engine.ts';
import { NameCache } from '../name-cache.ts';
import { requestWriter } from '../request-writer.ts';
import { RequestBook } from '../request-book.ts';
import type { AutocannonClient } from './autocannon-internals.ts';
import { LanePace } from './lane-pace.ts';
import { LedgerClient } from './ledger-client.ts';
import type { SendPace } from './send-pace.ts';
import { Unpaced } from './unpaced.ts';

/** How often time-outs are looked for: their own precision, against seconds. */
const SWEEP_MS = 25;
/** Longer than any run, in seconds, and still below the 2^31 ms that a timer can hold. */
const NEVER_S = 2_000_000;

/** One run of the autocannon engine. */
export class AutocannonRun implements LoadRun {
  readonly #context: LoadContext;
  readonly #book: RequestBook;
  readonly #clients: LedgerClient[] = [];
  readonly #done: PromiseLike<unknown>;
  readonly #sweep: NodeJS.Timeout;
  #stopped: Promise<LoadSummary> | undefined;

  constructor(spec: TrialLoad, context: LoadContext) {
    this.#context = context;
    const composers = context.targets.map((target) => composeRequest(spec, target));
    const names = context.names ?? new NameCache();
    this.#book = new RequestBook(spec, 'autocannon', context);
    const paces = Array.from({ length: spec.concurrency }, (_, lane) => this.#pace(spec, lane));
    this.#done = autocannon({
      // autocannon deals these out in turn, as its type does not know.
      url: context.targets.map(({ host, port }) => `http://${host}:${String(port)}`) as unknown as string,
      method: spec.method,
      connections: spec.concurrency,
      duration: NEVER_S,
      timeout: NEVER_S,
      sampleInt: 100,
      skipAggregateResult: true,
      setupClient: (client) => {
        const index = this.#clients.length;
        const compose = composers[index % composers.length];
        const pace = paces[index];
        if (compose === undefined || pace === undefined) throw new Error('autocannon made a client too many');
        this.#clients.push(
          new LedgerClient({
            client: client as AutocannonClient,
            spec,
            book: this.#book,
            nowNs: context.nowNs,
            host: context.targets[index % context.targets.length]?.host ?? '',
            names,
            write: requestWriter(spec, compose),
            pace,
          }),
        );
      },
    });
    // Judged after the sockets were read, so that a stall of this process does not time out what was answered.
    this.#sweep = setInterval(() => setImmediate(() => this.#expire()), SWEEP_MS);
    const abort = (): void => void this.stop({ drainMs: 0 });
    context.signal?.addEventListener('abort', abort, { once: true });
    if (context.signal?.aborted === true) abort();
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
    for (const client of this.#clients) client.stopSending();
    await this.#book.whenIdle(drainMs);
    clearInterval(this.#sweep);
    this.#book.censorOpen();
    for (const client of this.#clients) client.destroy();
    const summary = this.#book.summary(stopNs);
    await this.#done;
    return summary;
  }

  #expire(): void {
    const now = this.#context.nowNs();
    for (const client of this.#clients) client.expire(now);
  }

  #pace(spec: TrialLoad, lane: number): SendPace {
    const canRecord = this.#context.canRecord ?? ((): boolean => true);
    const { ratePerSecond } = spec;
    if (ratePerSecond === undefined) return new Unpaced(canRecord);
    return new LanePace({
      lane: { startNs: this.#book.startNs, ratePerSecond, lane, lanes: spec.concurrency },
      book: this.#book,
      nowNs: this.#context.nowNs,
      canRecord,
    });
  }
}
