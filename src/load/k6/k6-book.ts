import type {
  LiveCounters,
  LoadContext,
  LoadSummary,
  LoadTarget,
  ToldCount,
  TrialLoad,
} from '../load-engine.ts';
import { connectionAgeMs } from '../connection-age.ts';
import { requestIdHeader } from '../compose-request.ts';
import { RequestBook, type OpenRequest } from '../request-book.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { announcedClose } from './announced-close.ts';
import { k6Ending } from './k6-ending.ts';
import type { K6Sample } from './k6-samples.ts';
import { periodNs, REQUEST_KEY, SENT_METRIC } from './k6-script.ts';
import type { WallMapping } from './wall-mapping.ts';

/** What k6 counted itself, by the names of its metrics. */
export type K6Counts = Readonly<Record<string, number>>;

/** A request of which k6 has said no more than that it is under way, or not yet all. */
interface UnderWay {
  readonly request: OpenRequest;
  readonly vu: string;
  /** When the script was about to hand it over. */
  readonly handedNs: number;
  trail: Trail | null;
  /** Bytes that its VU wrote meanwhile. */
  sentBytes: number;
}

/** What k6 tells of an HTTP request at its end; all ns. */
interface Trail {
  readonly endNs: number;
  readonly status: string;
  readonly errorCode: string;
  readonly error: string;
  blocked: number;
  connecting: number;
  sending: number;
  waiting: number;
  receiving: number;
}

type TrailPart = 'blocked' | 'connecting' | 'sending' | 'waiting' | 'receiving';

const TRAIL_PARTS: ReadonlyMap<string, TrailPart> = new Map([
  ['http_req_blocked', 'blocked'],
  ['http_req_connecting', 'connecting'],
  ['http_req_sending', 'sending'],
  ['http_req_waiting', 'waiting'],
  ['http_req_receiving', 'receiving'],
]);

/** The connection that a VU has; k6 gives each VU a transport of its own. */
interface VuConnection {
  readonly number: number;
  readonly openedNs: number;
  requests: number;
}

/** Twice the bytes of a request, less what ids of unlike length make: it was written twice. */
const WRITTEN_TWICE = 1.5;

/**
 * Turns k6's samples into the books of a load. k6 tells of a request by a dozen samples in the order: our marker before
 * it; its trail when it ended, all with one time; the bytes of its iteration. With the last of them it is settled.
 *
 * A request's end is its trail's time. From there the start is reckoned back by the durations, which k6 takes off the same
 * clock: end − (sending + waiting + receiving) is when it had a connection, and `connecting` before that the attempt
 * began. A request that never had one has no durations, only the marker.
 */
export class K6Book {
  readonly #spec: TrialLoad & { readonly ratePerSecond: number };
  readonly #targets: readonly LoadTarget[];
  readonly #wall: WallMapping;
  readonly #book: RequestBook;
  readonly #periodNs: number;
  readonly #underWay = new Map<number, UnderWay>();
  readonly #connections = new Map<string, VuConnection>();
  /** When each iteration was given up for which no VU was free. They get their rows, and ids, at the end. */
  readonly #dropped: number[] = [];
  #lastId = 0;
  #trails = 0;
  #requestBytes = Infinity;
  #silentReconnects = 0;
  /** The earliest moment at which k6 can have begun its schedule, as its iterations so far allow. */
  #scheduleNs = Infinity;
  /** Time of the newest sample: what k6 stamped before that is here. */
  newestNs = -Infinity;

  constructor(spec: TrialLoad & { readonly ratePerSecond: number }, context: LoadContext, wall: WallMapping) {
    this.#spec = spec;
    this.#targets = context.targets;
    this.#wall = wall;
    this.#book = new RequestBook(spec, 'k6', context);
    this.#periodNs = periodNs(spec.ratePerSecond);
  }

  /** @returns whether it was one of a request: the load has begun. */
  take(sample: K6Sample): boolean {
    const atNs = this.#wall.toRunNs(sample.seconds, sample.nanoseconds);
    this.newestNs = Math.max(this.newestNs, atNs);
    if (sample.metric === 'dropped_iterations') {
      for (let lost = 0; lost < sample.value; lost++) this.#dropped.push(atNs);
      return true;
    }
    const words = sample.metadata(REQUEST_KEY);
    if (words === '') return false;
    const [id, target, ...answer] = words.split(':');
    if (sample.metric === SENT_METRIC) this.#begin(Number(id), Number(target), sample.metadata('vu'), atNs);
    else this.#follow(Number(id), sample, atNs, answer);
    return true;
  }

  /** How many of those that had begun by then are not settled. */
  openSince(beganByNs: number): number {
    let open = 0;
    for (const { handedNs } of this.#underWay.values()) if (handedNs <= beganByNs) open++;
    return open;
  }

  /** What is still open was overtaken by the end; what k6 could not begin gets its rows. */
  close(): void {
    for (const { request } of this.#underWay.values()) this.#book.settle(request, { how: 'stopped' });
    this.#underWay.clear();
    for (const atNs of this.#dropped.splice(0)) {
      const sinceNs = atNs - this.#scheduleNs;
      const due = this.#scheduleNs + Math.floor(sinceNs / this.#periodNs) * this.#periodNs;
      const request = this.#book.open(Number.isFinite(due) ? Math.min(due, atNs) : atNs, ++this.#lastId);
      this.#book.settle(request, { how: 'not-sent', errorCode: 'CONCURRENCY_LIMIT' }, atNs);
    }
  }

  counters(): LiveCounters {
    const counters = this.#book.counters();
    const waiting = this.#dropped.length;
    const notSent = counters.byOutcome['not-sent'] + waiting;
    return {
      ...counters,
      intended: counters.intended + waiting,
      byOutcome: { ...counters.byOutcome, 'not-sent': notSent },
    };
  }

  /** @param counts what k6 itself says that it did */
  summary(stopNs: number, counts: K6Counts): LoadSummary {
    const summary = this.#book.summary(stopNs);
    const notSent = summary.byOutcome['not-sent'];
    const told = (name: string, inLedger: number): ToldCount => ({ name, told: counts[name] ?? 0, inLedger });
    return {
      ...summary,
      startNs: Number.isFinite(this.#scheduleNs) ? this.#scheduleNs : summary.startNs,
      clockUncertaintyNs: this.#wall.uncertaintyNs,
      silentReconnects: this.#silentReconnects,
      told: [
        told(SENT_METRIC, summary.intended - notSent),
        told('http_reqs', this.#trails),
        told('dropped_iterations', notSent),
      ],
    };
  }

  #begin(id: number, target: number, vu: string, handedNs: number): void {
    const slot = (id - 1 + this.#dropped.length) * this.#periodNs;
    this.#scheduleNs = Math.min(this.#scheduleNs, handedNs - slot);
    const request = this.#book.open(Math.min(this.#scheduleNs + slot, handedNs), id);
    request.startNs = handedNs;
    request.serverAddress = this.#targets[target]?.host ?? null;
    this.#lastId = Math.max(this.#lastId, id);
    this.#underWay.set(id, { request, vu, handedNs, trail: null, sentBytes: 0 });
  }

  #follow(id: number, sample: K6Sample, atNs: number, answer: readonly string[]): void {
    const underWay = this.#underWay.get(id);
    if (underWay === undefined) return;
    const { metric, value } = sample;
    const part = TRAIL_PARTS.get(metric);
    if (metric === 'http_reqs') {
      this.#trails++;
      underWay.trail = {
        ...{ endNs: atNs, status: sample.tag('status') },
        ...{ errorCode: sample.tag('error_code'), error: sample.tag('error') },
        ...{ blocked: 0, connecting: 0, sending: 0, waiting: 0, receiving: 0 },
      };
      const address = sample.tag('ip');
      if (address !== '') underWay.request.serverAddress = address;
    } else if (part !== undefined && underWay.trail !== null) {
      underWay.trail[part] = Math.round(value * NS_PER_MS);
    } else if (metric === 'data_sent') {
      underWay.sentBytes = value;
    } else if (metric === 'data_received') {
      underWay.request.bytesRead = value;
      // Interrupted, where there is no trail: the end of the load, which censors it.
      if (underWay.trail !== null) this.#settle(underWay, underWay.trail, answer);
    }
  }

  #settle({ request, vu, handedNs, sentBytes }: UnderWay, trail: Trail, answer: readonly string[]): void {
    this.#underWay.delete(request.id);
    const { endNs, connecting, receiving } = trail;
    const tookNs = trail.sending + trail.waiting + receiving;
    const connected = trail.blocked > 0 || tookNs > 0;
    const connectedNs = endNs - tookNs;
    if (connected) request.startNs = Math.min(Math.max(connectedNs - connecting, handedNs), endNs);
    request.connected = connected;
    const ending = k6Ending({ ...trail, connected });
    if (receiving > 0) request.firstByteNs = Math.max(endNs - receiving, request.startNs ?? handedNs);
    else if (ending.how === 'answered') request.firstByteNs = endNs;
    request.answerBegan = request.firstByteNs !== null;
    request.status = ending.how === 'answered' ? Number(trail.status) : null;
    this.#noteAnswer(request, answer);
    this.#noteConnection(request, vu, { fresh: !connected || connecting > 0, connectedNs, sentBytes });
    this.#book.settle(request, ending, endNs);
  }

  #noteAnswer(request: OpenRequest, [framing, pod = '', answered]: readonly string[]): void {
    if (framing === undefined) return;
    request.announcedClose = announcedClose(framing, request.bytesRead);
    request.pod = pod === '' ? null : decodeURIComponent(pod);
    request.answeredId =
      answered === undefined ? requestIdHeader(this.#spec, request.id) : decodeURIComponent(answered);
  }

  /**
   * Which connection it was: the VU's own, the next one where it made another. Where Go's transport wrote to a reused
   * connection that had ended, it made another, sent the request there again, and k6 tells of one request on a reused
   * connection. That shows by the bytes.
   */
  #noteConnection(
    request: OpenRequest,
    vu: string,
    { fresh, connectedNs, sentBytes }: { fresh: boolean; connectedNs: number; sentBytes: number },
  ): void {
    const before = this.#connections.get(vu);
    // Of one that was written once, and whole.
    if (fresh && request.status !== null) this.#requestBytes = Math.min(this.#requestBytes, sentBytes);
    const reconnected = !fresh && sentBytes > this.#requestBytes * WRITTEN_TWICE;
    if (reconnected) this.#silentReconnects++;
    if (fresh || before === undefined || reconnected) {
      const connection = { number: ++this.#book.connections, openedNs: connectedNs, requests: 1 };
      this.#connections.set(vu, connection);
      request.connection = connection.number;
      request.requestOnConnection = 0;
      request.connectionAgeMs = 0;
      return;
    }
    request.connection = before.number;
    request.requestOnConnection = before.requests++;
    request.connectionAgeMs = connectionAgeMs(before.openedNs, request.startNs ?? connectedNs);
  }
}
