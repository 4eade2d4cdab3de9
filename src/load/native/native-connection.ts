import { isIP, Socket } from 'node:net';
import type { LoadSpec } from '../../model/scenario.ts';
import { afterPollTimer } from '../after-poll-timer.ts';
import { AnswerParser, type AnswerStep } from '../answer-parser.ts';
import type { RequestEnding } from '../classify-outcome.ts';
import { connectionAgeMs } from '../connection-age.ts';
import type { LoadTarget } from '../load-engine.ts';
import type { OpenRequest, RequestBook } from '../request-book.ts';
import { retireSocket } from '../retire-socket.ts';
import { wheneverBound } from '../whenever-bound.ts';

export interface NativeConnectionOptions {
  readonly number: number;
  readonly target: LoadTarget;
  readonly spec: LoadSpec;
  readonly book: RequestBook;
  readonly nowNs: () => number;
  readonly compose: (id: number) => string;
  /** The request on it was settled: its place is free. `reusable` says whether the connection is, too. */
  readonly onFree: (connection: NativeConnection, reusable: boolean) => void;
  /** It is gone for good. */
  readonly onGone: (connection: NativeConnection) => void;
}

/**
 * One TCP connection that carries one request at a time, without retry. It is opened by its first request, so that
 * every failed attempt to connect is some request's outcome. Longer than most files: the socket's whole life has to be
 * read in one place to see that every way out settles the request exactly once.
 */
export class NativeConnection {
  readonly #options: NativeConnectionOptions;
  readonly #socket = new Socket();
  readonly #parser: AnswerParser;
  readonly #serverAddress: string | null;
  #pending: OpenRequest | undefined;
  #requests = 0;
  #connectedNs: number | null = null;
  #port: number | null = null;
  #cancelTimer: (() => void) | undefined;
  #gone = false;

  constructor(options: NativeConnectionOptions) {
    this.#options = options;
    this.#parser = new AnswerParser(options.spec.method);
    this.#serverAddress = isIP(options.target.host) === 0 ? null : options.target.host;
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
    if (first) this.#connect(request);
    else this.#armTimer(spec.responseTimeoutMs, 'response-timeout');
    this.#socket.write(compose(request.id));
  }

  /** Ends the connection without settling anything: the caller has censored what was open. */
  destroy(): void {
    this.#pending = undefined;
    this.#giveUp(false);
  }

  #connect(request: OpenRequest): void {
    const { target, spec } = this.#options;
    const socket = this.#socket;
    wheneverBound(socket, (port) => {
      this.#port = port;
      request.clientPort = port;
    });
    socket.on('connect', () => this.#connected());
    socket.on('data', (chunk) => this.#received(chunk));
    socket.on('end', () => this.#finReceived());
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error.code ?? 'UNKNOWN'));
    this.#armTimer(spec.connectTimeoutMs, 'connect-timeout');
    socket.setNoDelay(true);
    socket.connect(target.port, target.host);
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
      this.#settle({ how }, this.#options.nowNs());
      this.#giveUp(false);
    });
  }

  #settle(ending: RequestEnding, endNs: number, reusable = false): void {
    const request = this.#pending;
    if (request === undefined) throw new Error('a connection without a request has nothing to settle');
    this.#pending = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#options.book.settle(request, ending, endNs);
    this.#options.onFree(this, reusable);
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
