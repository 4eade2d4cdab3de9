import { createHistogram } from 'node:perf_hooks';
import { NS_PER_MS } from '../model/duration.ts';
import { OUTCOMES, type EngineName, type Outcome, type RequestRecord } from '../model/request-record.ts';
import type { LoadSpec } from '../model/scenario.ts';
import { classifyOutcome, type RequestEnding } from './classify-outcome.ts';
import { requestIdHeader } from './compose-request.ts';
import type { LiveCounters, LoadContext, LoadSummary } from './load-engine.ts';

/** A request between intent and outcome. The engine fills in what happens to it. */
export interface OpenRequest {
  readonly id: number;
  readonly intendedNs: number;
  startNs: number | null;
  firstByteNs: number | null;
  connection: number | null;
  requestOnConnection: number | null;
  connectionAgeMs: number | null;
  clientPort: number | null;
  connected: boolean;
  answerBegan: boolean;
  status: number | null;
  pod: string | null;
  /** The request id that the answer carried, where it did. */
  answeredId: string | null;
  bytesRead: number;
  settled: boolean;
}

/**
 * The books of one load: hands out ids in the order of intent, and turns each open request into exactly one record.
 * An engine that settles a request twice is wrong about something, so that throws.
 */
export class RequestBook {
  readonly #spec: LoadSpec;
  readonly #engine: EngineName;
  readonly #context: LoadContext;
  readonly #open = new Set<OpenRequest>();
  readonly #byOutcome = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    Outcome,
    number
  >;
  readonly #lateness = createHistogram();
  #intended = 0;
  #onIdle: (() => void) | undefined;
  readonly startNs: number;
  connections = 0;
  idleCloses = 0;
  unsolicited = 0;
  skippedSlots = 0;

  constructor(spec: LoadSpec, engine: EngineName, context: LoadContext) {
    this.#spec = spec;
    this.#engine = engine;
    this.#context = context;
    this.startNs = context.nowNs();
  }

  /** A new request is meant to be sent: from here on it must be settled once. */
  open(intendedNs: number): OpenRequest {
    const request: OpenRequest = {
      id: ++this.#intended,
      intendedNs,
      startNs: null,
      firstByteNs: null,
      connection: null,
      requestOnConnection: null,
      connectionAgeMs: null,
      clientPort: null,
      connected: false,
      answerBegan: false,
      status: null,
      pod: null,
      answeredId: null,
      bytesRead: 0,
      settled: false,
    };
    this.#open.add(request);
    return request;
  }

  /** @param endNs when the outcome was known; default: now */
  settle(request: OpenRequest, ending: RequestEnding, endNs = this.#context.nowNs()): void {
    if (request.settled)
      throw new Error(`request ${String(request.id)} of ${this.#spec.name} was settled twice`);
    request.settled = true;
    this.#open.delete(request);
    const outcome = classifyOutcome(ending, request);
    this.#byOutcome[outcome]++;
    if (request.startNs !== null && outcome !== 'not-sent') {
      this.#lateness.record(Math.max(1, request.startNs - request.intendedNs));
    }
    // An answer to another request must be seen, whatever its status.
    const mismatch = this.answeredByAnother(request) ? 'ANSWER_ID_MISMATCH' : null;
    const errorCode = 'errorCode' in ending ? ending.errorCode : mismatch;
    this.#context.onRecord(this.#record(request, outcome, errorCode, endNs));
    if (this.#open.size === 0) this.#onIdle?.();
  }

  /** Resolves when nothing is open, at the latest after `ms`. */
  async whenIdle(ms: number): Promise<void> {
    if (this.#open.size === 0 || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#onIdle = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#onIdle = done;
    });
  }

  /** The answer that has arrived for it names another request. */
  answeredByAnother(request: OpenRequest): boolean {
    return request.answeredId !== null && request.answeredId !== requestIdHeader(this.#spec.name, request.id);
  }

  /** Everything still open was overtaken by the end of the load. */
  censorOpen(): void {
    for (const request of [...this.#open]) this.settle(request, { how: 'stopped' });
  }

  counters(): LiveCounters {
    return {
      intended: this.#intended,
      inFlight: this.#open.size,
      byOutcome: { ...this.#byOutcome },
      connections: this.connections,
      idleCloses: this.idleCloses,
      unsolicited: this.unsolicited,
      skippedSlots: this.skippedSlots,
    };
  }

  summary(stopNs: number): LoadSummary {
    const lateness = this.#lateness;
    const ms = (ns: number): number => ns / NS_PER_MS;
    return {
      ...this.counters(),
      load: this.#spec.name,
      engine: this.#engine,
      startNs: this.startNs,
      stopNs,
      endNs: this.#context.nowNs(),
      latenessMs:
        lateness.count === 0
          ? null
          : { p50: ms(lateness.percentile(50)), p99: ms(lateness.percentile(99)), max: ms(lateness.max) },
    };
  }

  #record(request: OpenRequest, outcome: Outcome, errorCode: string | null, endNs: number): RequestRecord {
    const sent = outcome !== 'not-sent';
    return {
      id: request.id,
      load: this.#spec.name,
      engine: this.#engine,
      connection: request.connection,
      requestOnConnection: request.requestOnConnection,
      connectionAgeMs: request.connectionAgeMs,
      intendedNs: request.intendedNs,
      startNs: sent ? request.startNs : null,
      firstByteNs: request.firstByteNs,
      endNs,
      method: this.#spec.method,
      path: this.#spec.path,
      clientPort: request.clientPort,
      outcome,
      status: request.status,
      errorCode,
      pod: request.pod,
      bytesRead: request.bytesRead,
      attempt: 0,
    };
  }
}
