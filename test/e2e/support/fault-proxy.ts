import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request as forward } from 'node:https';
import { createServer } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';

import { selfSigned } from './self-signed.ts';

/** A request as a fault may choose it. */
export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The media types that it asks for. */
  readonly accept?: string;
}

/** What happens to a request instead of, or besides, being passed on. */
export type Fault =
  /** Answered by the proxy; the API server never sees it. */
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Passed on after a while. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection is reset before the API server sees the request. */
  | { readonly kind: 'lose-request' }
  /** The API server sees and answers it, but the connection is reset before the answer comes through. */
  | { readonly kind: 'lose-answer' };

/** What happens to answers that are still being streamed: watches and followed logs. */
export type StreamFault =
  /** The connection stays open, and nothing comes through any more. */
  | 'stall'
  /** A watch's ERROR event 410, then the end. */
  | 'expire'
  /** The next bytes are cut in the middle, then the end. */
  | 'truncate'
  /** The connection is reset. */
  | 'reset';

interface OpenStream {
  readonly request: ProxiedRequest;
  readonly response: ServerResponse;
  fault: StreamFault | null;
}

type Matches = (request: ProxiedRequest) => boolean;

/**
 * A TLS proxy before a real API server, which does to chosen requests what bad days do. Its certificate is its own;
 * it speaks to the API server with the client certificate of the kubeconfig that it was given, and hands on what
 * `Authorization` header comes along.
 */
export class FaultProxy {
  /** A copy of the kubeconfig that leads here. */
  readonly kubeconfigPath: string;
  /** Every request that came in, in the order of arrival. */
  readonly seen: ProxiedRequest[] = [];
  readonly #upstream: RequestOptions;
  readonly #server: ReturnType<typeof createServer>;
  readonly #port: number;
  /** Below TLS, which cannot send a reset, by the client's port. */
  readonly #sockets = new Map<number, Socket>();
  readonly #streams = new Set<OpenStream>();
  readonly #faults: { matches: Matches; fault: Fault; left: number }[] = [];
  readonly #stalledPaths: Matches[] = [];

  private constructor(
    upstream: RequestOptions,
    server: ReturnType<typeof createServer>,
    kubeconfigPath: string,
  ) {
    this.#upstream = upstream;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.kubeconfigPath = kubeconfigPath;
    server.on('connection', (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      this.#sockets.set(port, socket);
      socket.once('close', () => this.#sockets.delete(port));
    });
    server.on('request', (request, response) => {
      this.#handle(request, response).catch(() => this.#reset(response));
    });
  }

  /** Starts one before the API server that `kubeconfig` leads to; writes its own kubeconfig to `kubeconfigPath`. */
  static async start(kubeconfig: string, kubeconfigPath: string): Promise<FaultProxy> {
    const config = parse(readFileSync(kubeconfig, 'utf8')) as KubeconfigFile;
    const [cluster] = config.clusters;
    const [user] = config.users;
    if (cluster === undefined || user === undefined)
      throw new Error('the kubeconfig names no cluster or user');
    const pem = (base64: string) => Buffer.from(base64, 'base64');
    const target = new URL(cluster.cluster.server);
    const agent = new Agent({
      keepAlive: true,
      ca: pem(cluster.cluster['certificate-authority-data']),
      cert: pem(user.user['client-certificate-data']),
      key: pem(user.user['client-key-data']),
    });
    const { cert, key } = await selfSigned();
    const server = createServer({ cert, key });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    cluster.cluster = {
      server: `https://127.0.0.1:${port}`,
      'certificate-authority-data': Buffer.from(cert).toString('base64'),
    };
    writeFileSync(kubeconfigPath, stringify(config), { mode: 0o600 });
    return new FaultProxy({ host: target.hostname, port: target.port, agent }, server, kubeconfigPath);
  }

  /** Does this to the next `times` requests that match; to all of them unless told. Returns how to end it. */
  inject(matches: Matches, fault: Fault, times = Infinity): () => void {
    const entry = { matches, fault, left: times };
    this.#faults.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  /** Does this to the streams that are open now; returns how many there were. */
  breakStreams(matches: Matches, fault: StreamFault): number {
    const chosen = [...this.#streams].filter(({ request }) => matches(request));
    for (const stream of chosen) {
      stream.fault = fault;
      if (fault === 'expire') stream.response.end(`${JSON.stringify(EXPIRED)}\n`);
      if (fault === 'reset') this.#reset(stream.response);
    }
    return chosen.length;
  }

  /** How many of these streams are open. */
  openStreams(matches: Matches): number {
    return [...this.#streams].filter(({ request }) => matches(request)).length;
  }

  /** Streams that match, open now or later, stay open and bring nothing. */
  stallStreams(matches: Matches): void {
    this.#stalledPaths.push(matches);
    this.breakStreams(matches, 'stall');
  }

  /** Resets every connection and refuses new ones, until `restore`. */
  async cut(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets.values()) socket.resetAndDestroy();
    await closed;
  }

  async restore(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.cut();
    (this.#upstream.agent as Agent).destroy();
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = { method: incoming.method ?? '', path: incoming.url ?? '' };
    this.seen.push({ ...request, accept: incoming.headers.accept ?? '' });
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const entry = this.#faults.find(({ matches, left }) => left > 0 && matches(request));
    if (entry !== undefined) entry.left -= 1;
    const fault = entry?.fault;
    if (fault?.kind === 'answer') {
      answer(response, fault.status, fault.retryAfterSeconds);
      return;
    }
    if (fault?.kind === 'lose-request') {
      this.#reset(response);
      return;
    }
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const passed = forward({ ...this.#upstream, ...request, headers: endToEnd(incoming.headers) });
    response.once('close', () => passed.destroy());
    passed.end(Buffer.concat(chunks));
    const [upstream] = (await once(passed, 'response')) as [IncomingMessage];
    if (fault?.kind === 'lose-answer') {
      // Read to its end first: the API server has done all that it was going to do.
      upstream.resume();
      await once(upstream, 'end');
      this.#reset(response);
      return;
    }
    await this.#passOn(request, upstream, response);
  }

  #reset(response: ServerResponse): void {
    this.#sockets.get(response.socket?.remotePort ?? 0)?.resetAndDestroy();
  }

  async #passOn(request: ProxiedRequest, upstream: IncomingMessage, response: ServerResponse): Promise<void> {
    response.writeHead(upstream.statusCode ?? 502, endToEnd(upstream.headers));
    response.flushHeaders();
    const stalled = this.#stalledPaths.some((matches) => matches(request));
    const stream: OpenStream = { request, response, fault: stalled && isStream(request) ? 'stall' : null };
    if (isStream(request)) this.#streams.add(stream);
    try {
      for await (const chunk of upstream as AsyncIterable<Buffer>) {
        if (stream.fault === 'stall') continue;
        if (stream.fault === 'truncate') {
          response.end(chunk.subarray(0, Math.ceil(chunk.length / 2)));
          return;
        }
        if (!response.writable) return;
        response.write(chunk);
      }
      if (stream.fault !== 'stall') response.end();
    } finally {
      this.#streams.delete(stream);
    }
  }
}

const EXPIRED = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'too old resource version: 1 (2)',
    reason: 'Expired',
    code: 410,
  },
};

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

interface KubeconfigFile {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

/** As the API server puts it: a Status object. */
function answer(response: ServerResponse, code: number, retryAfterSeconds: number | undefined): void {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `injected by the test: HTTP ${code}`,
    reason: REASONS[code] ?? 'Unknown',
    code,
  };
  response.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end(JSON.stringify(status));
}

/** Without those that are about one connection only. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const ofConnection = ['host', 'connection', 'transfer-encoding'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)));
}

function isStream({ path }: ProxiedRequest): boolean {
  return /[?&](watch|follow)=true/.test(path);
}
