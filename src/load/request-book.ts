import { OUTCOMES, type EngineName, type Outcome, type RequestRecord } from '../model/request-record.ts';
import { classifyOutcome, type RequestEnding } from './classify-outcome.ts';
import { requestIdHeader } from './compose-request.ts';
import { LatenessSummary } from './lateness-summary.ts';
import type { LiveCounters, LoadContext, LoadSummary, TrialLoad } from './load-engine.ts';
import { wantsRetry } from './wants-retry.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * A request between intent and outcome: its record in the making, which the engine fills in, and how far it has got.
 * Settling completes it in place: one object a request instead of two is a tenth of the closed model's own cost.
 */
export interface OpenRequest extends Mutable<RequestRecord> {
  connected: boolean;
  answerBegan: boolean;
  /** The request id that the answer carried, where it did. */
  answeredId: string | null;
  /** Its place in the book's list of open requests; -1 once settled. */
  place: number;
}

/**
 * The books of one load: hands out ids in the order of intent, and turns each open request into exactly one record.
 * An engine that settles a request twice is wrong about something, so that throws.
 */
export class RequestBook {
  readonly #spec: TrialLoad;
  readonly #engine: EngineName;
  readonly #context: LoadContext;
  readonly #open: OpenRequest[] = [];
  readonly #byOutcome = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    Outcome,
    number
  >;
  readonly #lateness = new LatenessSummary();
  #intended = 0;
  #onIdle: (() => void) | undefined;
  readonly startNs: number;
  connections = 0;
  idleCloses = 0;
  unsolicited = 0;

  constructor(spec: TrialLoad, engine: EngineName, context: LoadContext) {
    this.#spec = spec;
    this.#engine = engine;
    this.#context = context;
    this.startNs = context.nowNs();
  }

  /**
   * A new request is meant to be sent: from here on it must be settled once.
   *
   * @param id where another program has numbered it, from 1, each number once; default: the next one
   */
  open(intendedNs: number, id = this.#intended + 1): OpenRequest {
    const { name: load, method, path } = this.#spec;
    this.#intended++;
    const request: OpenRequest = {
      id,
      load,
      engine: this.#engine,
      connection: null,
      requestOnConnection: null,
      connectionAgeMs: null,
      intendedNs,
      startNs: null,
      firstByteNs: null,
      endNs: null,
      method,
      path,
      clientPort: null,
      serverAddress: null,
      outcome: 'censored',
      status: null,
      errorCode: null,
      pod: null,
      bytesRead: 0,
      attempt: 0,
      announcedClose: null,
      retryOf: null,
      connected: false,
      answerBegan: false,
      answeredId: null,
      place: this.#open.length,
    };
    this.#open.push(request);
    return request;
  }

  /**
   * @param endNs when the outcome was known; default: now
   * @returns the same request once more, open, where the client model wants it repeated: to be sent at once
   */
  settle(
    request: OpenRequest,
    ending: RequestEnding,
    endNs = this.#context.nowNs(),
  ): OpenRequest | undefined {
    const outcome = classifyOutcome(ending, request);
    // Before the other is settled, so that the books are never empty between the two.
    const retry = wantsRetry(this.#spec, request, outcome) ? this.#openRetry(request) : undefined;
    this.#takeOut(request);
    this.#byOutcome[outcome]++;
    request.outcome = outcome;
    request.endNs = endNs;
    if ('errorCode' in ending) request.errorCode = ending.errorCode;
    // An answer to another request must be seen, whatever its status.
    else if (this.answeredByAnother(request)) request.errorCode = 'ANSWER_ID_MISMATCH';
    if (outcome === 'not-sent') request.startNs = null;
    if (request.startNs !== null && request.retryOf === null)
      this.#lateness.add(request.startNs - request.intendedNs);
    this.#context.onRecord(request);
    if (this.#open.length === 0) this.#onIdle?.();
    return retry;
  }

  /** The answer that has arrived for it names another request. */
  answeredByAnother({ answeredId, id }: OpenRequest): boolean {
    return answeredId !== null && answeredId !== requestIdHeader(this.#spec, id);
  }

  /** Resolves when nothing is open, at the latest after `ms`. */
  async whenIdle(ms: number): Promise<void> {
    if (this.#open.length === 0 || ms <= 0) return;
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

  /** Everything still open was overtaken by the end of the load. */
  censorOpen(): void {
    for (const request of [...this.#open]) this.settle(request, { how: 'stopped' });
  }

  counters(): LiveCounters {
    return {
      intended: this.#intended,
      inFlight: this.#open.length,
      byOutcome: { ...this.#byOutcome },
      connections: this.connections,
      idleCloses: this.idleCloses,
      unsolicited: this.unsolicited,
    };
  }

  summary(stopNs: number): LoadSummary {
    return {
      ...this.counters(),
      load: this.#spec.name,
      engine: this.#engine,
      startNs: this.startNs,
      stopNs,
      endNs: this.#context.nowNs(),
      latenessMs: this.#lateness.summary(),
    };
  }

  #openRetry({ intendedNs, attempt, id }: OpenRequest): OpenRequest {
    return Object.assign(this.open(intendedNs), { attempt: attempt + 1, retryOf: id });
  }

  #takeOut(request: OpenRequest): void {
    const { place } = request;
    if (this.#open[place] !== request) {
      throw new Error(`request ${request.id} of load ${this.#spec.name} was settled twice`);
    }
    const last = this.#open.pop();
    if (last !== undefined && last !== request) {
      this.#open[place] = last;
      last.place = place;
    }
    request.place = -1;
  }
}
