import { Socket } from 'node:net';
import type { LoadSpec } from '../../model/scenario.ts';
import { afterPollTimer } from '../after-poll-timer.ts';
import { AnswerParser, type AnswerStep } from '../answer-parser.ts';
import type { RequestEnding } from '../classify-outcome.ts';
import { connectionAgeMs } from '../connection-age.ts';
import type { LoadTarget } from '../load-engine.ts';
import type { NameCache } from '../name-cache.ts';
import type { OpenRequest, RequestBook } from '../request-book.ts';
import { retireSocket } from '../retire-socket.ts';
import { reportClientPort } from '../report-client-port.ts';

export interface NativeConnectionOptions {
  readonly number: number;
  readonly target: LoadTarget;
  readonly names: NameCache;
  readonly spec: LoadSpec;
  readonly book: RequestBook;
  readonly nowNs: () => number;
  readonly compose: (id: number) => string;
  /**
   * The request on it was settled: its place is free. `reusable` says whether the connection is, too; `retry` is to be
   * sent in its place first.
   */
  readonly onFree: (connection: NativeConnection, reusable: boolean, retry?: OpenRequest) => void;
  /** It is gone for good. */
  readonly onGone: (connection: NativeConnection) => void;
}

/**
 * One TCP connection that carries one request at a time. It is opened by its first request, so that
 * every failed attempt to connect is some request's outcome. Longer than most files: the socket's whole life has to be
 * read in one place to see that every way out settles the request exactly once.
 */
export class NativeConnection {
  readonly #options: NativeConnectionOptions;
  readonly #socket = new Socket();
  readonly #parser: AnswerParser;
  /** `null` until the name is looked up. */
  #serverAddress: string | null = null;
  #pending: OpenRequest | undefined;
  #requests = 0;
  #connectedNs: number | null = null;
  #port: number | null = null;
  #cancelTimer: (() => void) | undefined;
  #gone = false;

  constructor(options: NativeConnectionOptions) {
    this.#options = options;
    this.#parser = new AnswerParser(options.spec.method);
  }

  get alive(): boolean {
    return !this.#gone;
  }

  /** Puts a request on the wire; the first one opens the connection. */
  send(request: OpenRequest): void {
    const { number, nowNs, compose, spec } = this.#options;
    const first = this.#requests === 0;
    const now = nowNs();
    this.#pending = request;
    request.startNs = now;
    request.connection = number;
    request.requestOnConnection = this.#requests++;
    request.connectionAgeMs = connectionAgeMs(this.#connectedNs, now);
    request.connected = this.#connectedNs !== null;
    request.clientPort = this.#port;
    request.serverAddress = this.#serverAddress;
    if (first) {
      this.#armTimer(spec.connectTimeoutMs, 'connect-timeout');
      this.#lookUp(request);
      return;
    }
    // Not idle any more either.
    this.#armTimer(spec.responseTimeoutMs, 'response-timeout');
    this.#socket.write(compose(request.id));
  }

  /** Ends the connection without settling anything: the caller has censored what was open. */
  destroy(): void {
    this.#pending = undefined;
    this.#giveUp(false);
  }

  /** The look-up is a part of opening the connection, and of the time that it may take. */
  #lookUp(request: OpenRequest): void {
    const { names, target } = this.#options;
    const known = names.known(target.host);
    if (known !== null) {
      this.#connect(request, known);
      return;
    }
    void names.ask(target.host).then((found) => {
      if (this.#gone) return;
      if ('addresses' in found) {
        this.#connect(request, found.addresses);
        return;
      }
      this.#settle({ how: 'unresolved', errorCode: found.errorCode }, this.#options.nowNs());
      this.#giveUp(false);
    });
  }

  /** @param addresses of the target, at least one */
  #connect(request: OpenRequest, addresses: readonly string[]): void {
    const { target, number, compose } = this.#options;
    const address = addresses[(number - 1) % addresses.length] ?? target.host;
    this.#serverAddress = address;
    request.serverAddress = address;
    const socket = this.#socket;
    reportClientPort(socket, (port) => {
      this.#port = port;
      request.clientPort = port;
    });
    socket.on('connect', () => this.#connected());
    socket.on('data', (chunk) => this.#received(chunk));
    socket.on('end', () => this.#finReceived());
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error.code ?? 'UNKNOWN'));
    socket.setNoDelay(true);
    socket.connect(target.port, address);
    socket.write(compose(request.id));
  }

  #connected(): void {
    this.#connectedNs = this.#options.nowNs();
    if (this.#pending === undefined) return;
    this.#pending.connected = true;
    this.#armTimer(this.#options.spec.responseTimeoutMs, 'response-timeout');
  }

  #received(chunk: Buffer): void {
    const request = this.#pending;
    const { book, nowNs } = this.#options;
    if (request === undefined) {
      book.unsolicited++;
      this.#giveUp(false);
      return;
    }
    const now = nowNs();
    request.bytesRead += chunk.length;
    const step = this.#parser.push(chunk);
    this.#notePartial(request, now);
    if (step.state === 'more') return;
    if (step.state === 'malformed') {
      this.#settle({ how: 'malformed', errorCode: step.errorCode }, now);
      this.#giveUp(false);
      return;
    }
    if (step.unread > 0) {
      request.bytesRead -= step.unread;
      book.unsolicited++;
    }
    this.#answered(request, step, now);
  }

  #notePartial(request: OpenRequest, now: number): void {
    request.answerBegan = this.#parser.began;
    request.status = this.#parser.status;
    request.pod = this.#parser.pod;
    request.answeredId = this.#parser.requestId;
    request.announcedClose = this.#parser.announcedClose;
    if (request.answerBegan) request.firstByteNs ??= now;
  }

  #answered(request: OpenRequest, step: Extract<AnswerStep, { state: 'complete' }>, now: number): void {
    const { spec, book } = this.#options;
    // Once an answer went to the wrong request, every later one on that connection would.
    const inStep = step.unread === 0 && !book.answeredByAnother(request);
    const reusable = step.keepAlive && inStep && spec.connections === 'keep-alive';
    if (reusable) this.#parser.next();
    this.#settle({ how: 'answered' }, now, reusable);
    if (!reusable) this.#giveUp(!step.keepAlive && inStep);
  }

  #finReceived(): void {
    const now = this.#options.nowNs();
    if (this.#pending === undefined) {
      this.#options.book.idleCloses++;
    } else if (this.#parser.end().state === 'complete') {
      this.#settle({ how: 'answered' }, now);
    } else {
      this.#settle({ how: 'closed' }, now);
    }
    this.#giveUp(false);
  }

  #failed(errorCode: string): void {
    if (this.#pending === undefined) this.#options.book.idleCloses++;
    else this.#settle({ how: 'failed', errorCode }, this.#options.nowNs());
    this.#giveUp(false);
  }

  #armTimer(ms: number, how: 'connect-timeout' | 'response-timeout'): void {
    this.#cancelTimer?.();
    this.#cancelTimer = afterPollTimer(ms, () => {
      const unresolved = this.#serverAddress === null;
      const ending: RequestEnding = unresolved ? { how: 'unresolved', errorCode: 'ETIMEOUT' } : { how };
      this.#settle(ending, this.#options.nowNs());
      this.#giveUp(false);
    });
  }

  #settle(ending: RequestEnding, endNs: number, reusable = false): void {
    const request = this.#pending;
    if (request === undefined) throw new Error('a connection without a request has nothing to settle');
    this.#pending = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const retry = this.#options.book.settle(request, ending, endNs);
    if (reusable) this.#closeOnceIdle();
    this.#options.onFree(this, reusable, retry);
  }

  #closeOnceIdle(): void {
    const { idleTimeoutMs } = this.#options.spec;
    if (idleTimeoutMs === undefined) return;
    const timer = setTimeout(() => this.#giveUp(false), idleTimeoutMs);
    this.#cancelTimer = () => clearTimeout(timer);
  }

  #giveUp(linger: boolean): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#cancelTimer?.();
    this.#parser.free();
    retireSocket(this.#socket, linger);
    this.#options.onGone(this);
  }
}
