import type { Socket } from 'node:net';
import { NS_PER_MS } from '../../model/duration.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import { announcesClose } from '../announces-close.ts';
import type { RequestEnding } from '../classify-outcome.ts';
import { connectionAgeMs } from '../connection-age.ts';
import type { NameCache } from '../name-cache.ts';
import type { OpenRequest, RequestBook } from '../request-book.ts';
import { retireSocket } from '../retire-socket.ts';
import { reportClientPort } from '../report-client-port.ts';
import type { AutocannonClient, ParsedHead } from './autocannon-internals.ts';
import { guardParser } from './guard-parser.ts';
import type { SendPace } from './send-pace.ts';

const ANSWERED: RequestEnding = { how: 'answered' };

export interface LedgerClientOptions {
  readonly client: AutocannonClient;
  readonly spec: LoadSpec;
  readonly book: RequestBook;
  readonly nowNs: () => number;
  /** Where this client connects to: an address or a name. */
  readonly host: string;
  readonly names: NameCache;
  /** The bytes of the request with this id; see `requestWriter`. */
  readonly write: (id: number) => Buffer;
  readonly pace: SendPace;
}

/**
 * Keeps the books of one autocannon client: a request on the wire is settled before anything else can be sent in its
 * place. autocannon's own client does not do that: it reconnects over an unanswered request, keeps it in its pipeline
 * (so that every later answer is matched with an older request), and carries half an answer into the next connection.
 * autocannon still connects, writes and parses; when it reconnects and what an answer leads to is
 * taken over here, per instance, and goes through one decision (`#advance`). Its pipeline and its counters stay empty.
 * Longer than most files: every way out of a request has to be seen in one place.
 */
export class LedgerClient {
  readonly #o: LedgerClientOptions;
  readonly #connectOriginal: () => void;
  #guarded = false;
  /** The connection can carry another request. */
  #usable = false;
  /** The server has sent FIN. */
  #ending = false;
  #stopping = false;
  #connectedNs: number | null = null;
  /** `null` until the name is looked up. */
  #serverAddress: string | null = null;
  #connection: number | null = null;
  #port: number | null = null;
  #requests = 0;
  #keepAlive = false;
  /** Answers and requests match; once one does not, no later one on that connection would. */
  #inStep = true;
  #pending: OpenRequest | undefined;
  /** To be sent as soon as the connection that failed is out of the way. */
  #retry: OpenRequest | undefined;
  #idle: NodeJS.Timeout | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #deadlineNs = Infinity;
  #connectFailed = false;
  #chunkNs = 0;
  readonly #sendNow = (intendedNs: number | null): void => this.#send(intendedNs);

  constructor(options: LedgerClientOptions) {
    this.#o = options;
    const { client } = options;
    this.#connectOriginal = client._connect;
    client.getRequestBuffer = () => this.#bytes;
    client._connect = () => this.#reconnect();
    client._destroyConnection = () => this.#dropSocket(false);
  }

  /** Settles the request if its time is up; called by one sweep for all clients, after sockets were read. */
  expire(nowNs: number): void {
    const request = this.#pending;
    if (request === undefined || nowNs < this.#deadlineNs) return;
    this.#connectFailed = !request.connected;
    if (this.#serverAddress === null) this.#settle({ how: 'unresolved', errorCode: 'ETIMEOUT' });
    else this.#settle({ how: request.connected ? 'response-timeout' : 'connect-timeout' });
    this.#o.client.emit('timeout');
    this.#reconnect();
  }

  stopSending(): void {
    this.#stopping = true;
    this.#o.pace.cancel();
  }

  /** Ends the client without settling anything: the caller has censored what was open. */
  destroy(): void {
    this.#pending = undefined;
    this.#retry = undefined;
    clearTimeout(this.#idle);
    this.#o.client.destroy();
  }

  /** autocannon wants a new connection: at first, and after `error`, `end` and our own resets. */
  #reconnect(): void {
    if (!this.#guarded) this.#guard();
    this.#dropSocket(false);
    this.#advance();
  }

  /** The one place where it is decided when the next request leaves, and on which connection. */
  #advance(): void {
    const retry = this.#retry;
    this.#retry = undefined;
    if (retry !== undefined) this.#dispatch(retry, this.#o.nowNs());
    if (retry !== undefined || this.#stopping) return;
    const failed = this.#connectFailed;
    this.#connectFailed = false;
    this.#o.pace.whenNext(failed, this.#sendNow);
  }

  #send(intendedNs: number | null): void {
    if (this.#stopping || this.#pending !== undefined) return;
    const now = this.#o.nowNs();
    this.#dispatch(this.#o.book.open(intendedNs ?? now), now);
  }

  #dispatch(request: OpenRequest, now: number): void {
    const { client, write, spec } = this.#o;
    clearTimeout(this.#idle);
    if (!this.#usable) this.#beginConnection();
    request.startNs = now;
    request.connection = this.#connection;
    request.requestOnConnection = this.#requests++;
    request.connectionAgeMs = connectionAgeMs(this.#connectedNs, now);
    request.connected = this.#connectedNs !== null;
    request.clientPort = this.#port;
    request.serverAddress = this.#serverAddress;
    this.#pending = request;
    this.#bytes = write(request.id);
    const timeoutMs = request.connected ? spec.responseTimeoutMs : spec.connectTimeoutMs;
    this.#deadlineNs = now + timeoutMs * NS_PER_MS;
    if (this.#usable) client._doRequest();
    else this.#lookUp(request);
  }

  /** The look-up is a part of opening the connection, and of the time that it may take. */
  #lookUp(request: OpenRequest): void {
    const { names, host } = this.#o;
    const known = names.known(host);
    if (known !== null) {
      this.#connect(request, known);
      return;
    }
    void names.ask(host).then((found) => {
      if (this.#pending !== request) return;
      if ('addresses' in found) {
        this.#connect(request, found.addresses);
        return;
      }
      this.#connectFailed = true;
      this.#settle({ how: 'unresolved', errorCode: found.errorCode });
      this.#reconnect();
    });
  }

  /** @param addresses of the host, at least one */
  #connect(request: OpenRequest, addresses: readonly string[]): void {
    const { client, host } = this.#o;
    const address = addresses[((this.#connection ?? 1) - 1) % addresses.length] ?? host;
    this.#serverAddress = address;
    request.serverAddress = address;
    client.opts.hostname = address;
    this.#usable = true;
    // Connects, and sends the first request.
    this.#connectOriginal.call(client);
    if (client.conn !== undefined) this.#watch(client.conn);
  }

  #beginConnection(): void {
    this.#connection = ++this.#o.book.connections;
    this.#requests = 0;
    this.#connectedNs = null;
    this.#serverAddress = null;
    this.#port = null;
    this.#keepAlive = false;
    this.#inStep = true;
    this.#ending = false;
  }

  /** Our listeners go first, so that the request is settled before autocannon reconnects. */
  #watch(socket: Socket): void {
    const { client, spec, nowNs, book } = this.#o;
    socket.setNoDelay(true);
    reportClientPort(socket, (port) => {
      this.#port = port;
      if (this.#pending !== undefined) this.#pending.clientPort = port;
    });
    socket.prependListener('connect', () => {
      this.#connectedNs = nowNs();
      if (this.#pending === undefined) return;
      this.#pending.connected = true;
      this.#deadlineNs = this.#connectedNs + spec.responseTimeoutMs * NS_PER_MS;
    });
    socket.prependListener('error', (error: NodeJS.ErrnoException) => {
      this.#connectFailed = this.#connectedNs === null;
      if (this.#pending === undefined) book.idleCloses++;
      else this.#settle({ how: 'failed', errorCode: error.code ?? 'UNKNOWN' });
    });
    socket.prependListener('end', () => {
      this.#ending = true;
      this.#usable = false;
      this.#chunkNs = nowNs();
      if (this.#pending === undefined) {
        book.idleCloses++;
        return;
      }
      // Ends an answer that has no other end, which autocannon itself never sees as answered.
      client.parser.finish();
      this.#settlePending({ how: 'closed' });
    });
  }

  #guard(): void {
    this.#guarded = true;
    const { client } = this.#o;
    // Time limits and books are ours: autocannon's would only cost time.
    client.timeoutTicker.clear();
    client.timeoutTicker.reschedule = () => undefined;
    client.pipelinedRequests.insertRequest = () => undefined;
    client.pipelinedRequests.addByteCount = () => undefined;
    guardParser(client.parser, this.#o.spec.method, {
      onChunk: (bytes) => this.#chunkReceived(bytes),
      onAnswerBegan: () => {
        if (this.#pending === undefined) return;
        this.#pending.answerBegan = true;
        this.#pending.firstByteNs ??= this.#chunkNs;
      },
      onInterimEnd: () => {
        if (this.#pending === undefined) return;
        this.#pending.answerBegan = false;
        this.#pending.firstByteNs = null;
      },
      onHead: (head) => this.#headReceived(head),
      onComplete: (unread) => {
        if (unread > 0) this.#trailed(unread);
        this.#answered();
      },
      onMalformed: (errorCode) => {
        this.#settlePending({ how: 'malformed', errorCode });
        this.#reconnect();
      },
    });
  }

  /** @returns whether somebody waits for these bytes */
  #chunkReceived(bytes: number): boolean {
    if (this.#pending === undefined) {
      this.#o.book.unsolicited++;
      this.#reconnect();
      return false;
    }
    this.#chunkNs = this.#o.nowNs();
    this.#pending.bytesRead += bytes;
    return true;
  }

  #headReceived(head: ParsedHead): void {
    const request = this.#pending;
    if (request === undefined) return;
    request.status = head.statusCode;
    let connection = '';
    for (let index = 0; index + 1 < head.headers.length; index += 2) {
      const name = head.headers[index] ?? '';
      const value = head.headers[index + 1] ?? '';
      if (name.length === 5 && name.toLowerCase() === 'x-pod') request.pod = value;
      else if (name.length === 12 && name.toLowerCase() === 'x-request-id') request.answeredId = value;
      else if (name.length === 10 && name.toLowerCase() === 'connection') connection += `,${value}`;
    }
    const isHttp10 = head.versionMajor === 1 && head.versionMinor === 0;
    // The parser takes an answer to HEAD without Content-Length for one that only FIN could end.
    const endsByFin = !head.shouldKeepAlive && this.#o.spec.method !== 'HEAD';
    request.announcedClose = announcesClose({ isHttp10, connection, endsByFin });
    this.#keepAlive = !request.announcedClose && head.statusCode !== 101;
  }

  #trailed(unread: number): void {
    this.#inStep = false;
    this.#o.book.unsolicited++;
    if (this.#pending !== undefined) this.#pending.bytesRead -= unread;
  }

  #answered(): void {
    if (this.#pending !== undefined && this.#o.book.answeredByAnother(this.#pending)) this.#inStep = false;
    this.#settle(ANSWERED, this.#chunkNs);
    // The answer ended with the socket: autocannon reconnects by itself right after this.
    if (this.#ending) return;
    if (this.#o.spec.connections === 'fresh' || !this.#keepAlive || !this.#inStep) {
      this.#dropSocket(!this.#keepAlive && this.#inStep);
    } else this.#closeOnceIdle();
    this.#advance();
  }

  #closeOnceIdle(): void {
    const { idleTimeoutMs } = this.#o.spec;
    if (idleTimeoutMs !== undefined) this.#idle = setTimeout(() => this.#dropSocket(false), idleTimeoutMs);
  }

  #settlePending(ending: RequestEnding): void {
    if (this.#pending !== undefined) this.#settle(ending, this.#chunkNs);
  }

  #settle(ending: RequestEnding, endNs = this.#o.nowNs()): void {
    const request = this.#pending;
    if (request === undefined) throw new Error('autocannon reported an answer that no request waits for');
    this.#pending = undefined;
    this.#deadlineNs = Infinity;
    this.#retry = this.#o.book.settle(request, ending, endNs);
  }

  /** Nothing of the old connection may reach the next one: not its events, not its pipeline, not half an answer. */
  #dropSocket(linger: boolean): void {
    const { client } = this.#o;
    this.#usable = false;
    if (client.conn !== undefined) retireSocket(client.conn, linger);
    client.parser.initialize('RESPONSE');
  }
}
