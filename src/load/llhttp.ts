import { createRequire } from 'node:module';

/** What llhttp tells while it reads; a non-zero result stops it (21 = paused, see llhttp's `llhttp_errno`). */
export interface LlhttpEvents {
  onMessageBegin(): number;
  onHeaderField(bytes: Buffer): number;
  onHeaderValue(bytes: Buffer): number;
  onHeadersComplete(status: number, shouldKeepAlive: boolean): number;
  onMessageComplete(): number;
}

export const LLHTTP_OK = 0;
export const LLHTTP_PAUSED = 21;

interface LlhttpExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(bytes: number): number;
  free(pointer: number): void;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, data: number, length: number): number;
  llhttp_finish(parser: number): number;
  llhttp_resume(parser: number): void;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
  llhttp_get_error_pos(parser: number): number;
  llhttp_errno_name(errno: number): number;
}

const RESPONSE = 2;

/**
 * Node's own HTTP parser, llhttp, strict, without Node's HTTP client around it: the client folds FIN, RST, garbage
 * and truncation into one "socket hang up" and hides the order of events. undici ships llhttp as WebAssembly; its
 * version is pinned exactly, and the parser's tests fail should the file ever move. It also keeps the native engine
 * independent of the parser that autocannon uses, so that the two can check each other.
 */
const require = createRequire(import.meta.url);
const wasm = instantiate(require('undici/lib/llhttp/llhttp-wasm.js') as Uint8Array<ArrayBuffer>);

let events: LlhttpEvents | undefined;
let chunkPointer = 0;
let chunk: Buffer = Buffer.alloc(0);
let capacity = 0;

export interface LlhttpStep {
  readonly errno: number;
  /** Bytes of the chunk that were not read: where llhttp stopped. */
  readonly unread: number;
}

/** One llhttp response parser. `free` it exactly once. */
export class Llhttp {
  readonly #events: LlhttpEvents;
  readonly #pointer: number;

  constructor(owner: LlhttpEvents) {
    this.#events = owner;
    this.#pointer = wasm.llhttp_alloc(RESPONSE);
  }

  execute(data: Buffer): LlhttpStep {
    if (data.length > capacity) grow(data.length);
    new Uint8Array(wasm.memory.buffer, chunkPointer, data.length).set(data);
    chunk = data;
    const errno = this.#run(() => wasm.llhttp_execute(this.#pointer, chunkPointer, data.length));
    if (errno === LLHTTP_OK) return { errno, unread: 0 };
    return { errno, unread: data.length - (wasm.llhttp_get_error_pos(this.#pointer) - chunkPointer) };
  }

  /** The peer sent FIN. Not OK means that a message was cut. */
  finish(): number {
    return this.#run(() => wasm.llhttp_finish(this.#pointer));
  }

  /** Of the message whose first line was read last. */
  get isHttp10(): boolean {
    return wasm.llhttp_get_http_major(this.#pointer) === 1 && wasm.llhttp_get_http_minor(this.#pointer) === 0;
  }

  /** Makes it ready for the next message after it was paused. */
  resume(): void {
    wasm.llhttp_resume(this.#pointer);
  }

  free(): void {
    wasm.llhttp_free(this.#pointer);
  }

  #run(action: () => number): number {
    events = this.#events;
    try {
      return action();
    } finally {
      events = undefined;
    }
  }
}

/** The name of an llhttp error, e.g. `HPE_INVALID_CHUNK_SIZE`. */
export function llhttpErrorName(errno: number): string {
  const memory = new Uint8Array(wasm.memory.buffer, wasm.llhttp_errno_name(errno));
  return Buffer.from(memory.subarray(0, memory.indexOf(0))).toString('latin1');
}

function grow(length: number): void {
  if (chunkPointer !== 0) wasm.free(chunkPointer);
  capacity = Math.ceil(length / 65_536) * 65_536;
  chunkPointer = wasm.malloc(capacity);
}

function instantiate(bytes: Uint8Array<ArrayBuffer>): LlhttpExports {
  const slice = (at: number, length: number): Buffer =>
    chunk.subarray(at - chunkPointer, at - chunkPointer + length);
  const nothing = (): number => LLHTTP_OK;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: {
      wasm_on_message_begin: () => events?.onMessageBegin() ?? LLHTTP_OK,
      wasm_on_url: nothing,
      wasm_on_status: nothing,
      wasm_on_header_field: (_: number, at: number, length: number) =>
        events?.onHeaderField(slice(at, length)) ?? LLHTTP_OK,
      wasm_on_header_value: (_: number, at: number, length: number) =>
        events?.onHeaderValue(slice(at, length)) ?? LLHTTP_OK,
      wasm_on_headers_complete: (_: number, status: number, __: number, keepAlive: number) =>
        events?.onHeadersComplete(status, keepAlive === 1) ?? LLHTTP_OK,
      wasm_on_body: nothing,
      wasm_on_message_complete: () => events?.onMessageComplete() ?? LLHTTP_OK,
    },
  });
  const exports = instance.exports as unknown as LlhttpExports;
  exports._initialize();
  return exports;
}
