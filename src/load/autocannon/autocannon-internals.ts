import type { Socket } from 'node:net';
import type autocannon from 'autocannon';

/** The parsed head of an answer as http-parser-js hands it over. */
export interface ParsedHead {
  readonly statusCode: number;
  readonly versionMajor: number;
  readonly versionMinor: number;
  /** Name, value, name, value … as received. */
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

/** The parts of http-parser-js 0.5 that autocannon's client uses and that have to be guarded. */
export interface AutocannonParser {
  /** End and reading position in the chunk being read. */
  end: number;
  offset: number;
  /** Bytes of the body or chunk still to come. */
  body_bytes: number | null;
  BODY_CHUNKHEAD: () => void;
  initialize(type: 'RESPONSE'): void;
  execute: (chunk: Buffer) => number | Error;
  finish(): Error | undefined;
  /** kOnHeadersComplete; a truthy result means that no body follows. */
  2: (head: ParsedHead) => number | undefined;
  /** kOnBody */
  3: () => void;
  /** kOnMessageComplete */
  4: () => void;
}

/** lib/httpClient.js of autocannon 9.0.0, as far as it has to be steered; the exact pin in package.json is why we may. */
export interface AutocannonClient extends autocannon.Client {
  /** A copy of this client's own, read at each connection. */
  readonly opts: { hostname: string };
  /** `undefined` before the first connection. */
  conn: Socket | undefined;
  readonly parser: AutocannonParser;
  readonly pipelinedRequests: { insertRequest: () => void; addByteCount: () => void };
  readonly timeoutTicker: { clear(): void; reschedule: () => void };
  getRequestBuffer: () => Buffer;
  _connect: () => void;
  _doRequest: () => void;
  _destroyConnection: () => void;
  destroy(): void;
}

export const ON_HEADERS_COMPLETE = 2;
export const ON_BODY = 3;
export const ON_MESSAGE_COMPLETE = 4;
