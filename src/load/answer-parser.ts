import { announcesClose } from './announces-close.ts';
import { Llhttp, LLHTTP_OK, LLHTTP_PAUSED, llhttpErrorName, type LlhttpEvents } from './llhttp.ts';

/** What a piece of input did to the answer being read. */
export type AnswerStep =
  | { readonly state: 'more' }
  /** Whole. `unread` bytes of the piece came after it: nobody asked for them. */
  | { readonly state: 'complete'; readonly unread: number; readonly keepAlive: boolean }
  /** Not HTTP/1.1, or cut short by FIN; the parser's name for it, e.g. `HPE_INVALID_CONSTANT`. */
  | { readonly state: 'malformed'; readonly errorCode: string };

const MORE: AnswerStep = { state: 'more' };

/**
 * Reads the answers of one connection, one at a time. Interim answers (1xx) are passed over: they neither begin nor
 * end the answer. `free` it when the connection is gone.
 */
export class AnswerParser implements LlhttpEvents {
  readonly #llhttp = new Llhttp(this);
  readonly #isHead: boolean;
  #field = '';
  #value = '';
  #inValue = false;
  #interim = false;
  #complete = false;
  #connection = '';
  /** A byte of the final answer was seen. */
  began = false;
  status: number | null = null;
  pod: string | null = null;
  requestId: string | null = null;
  /** See `RequestRecord.announcedClose`. */
  announcedClose: boolean | null = null;

  constructor(method: string) {
    this.#isHead = method === 'HEAD';
  }

  push(data: Buffer): AnswerStep {
    const { errno, unread } = this.#llhttp.execute(data);
    if (this.#complete) return { state: 'complete', unread, keepAlive: this.#keepsAlive() };
    if (errno === LLHTTP_OK) return MORE;
    this.began = true;
    return { state: 'malformed', errorCode: llhttpErrorName(errno) };
  }

  /** FIN: ends an answer that has no other end; cuts every other. */
  end(): AnswerStep {
    const errno = this.#llhttp.finish();
    if (this.#complete) return { state: 'complete', unread: 0, keepAlive: false };
    return errno === LLHTTP_OK ? MORE : { state: 'malformed', errorCode: llhttpErrorName(errno) };
  }

  /** Forgets the finished answer and makes ready for the next one on the same connection. */
  next(): void {
    this.#llhttp.resume();
    this.#complete = false;
    this.began = false;
    this.status = null;
    this.pod = null;
    this.requestId = null;
    this.announcedClose = null;
    this.#connection = '';
  }

  free(): void {
    this.#llhttp.free();
  }

  onMessageBegin(): number {
    this.began = true;
    this.#interim = false;
    return LLHTTP_OK;
  }

  onHeaderField(bytes: Buffer): number {
    if (this.#inValue) this.#takeHeader();
    this.#field += bytes.toString('latin1');
    return LLHTTP_OK;
  }

  onHeaderValue(bytes: Buffer): number {
    this.#inValue = true;
    this.#value += bytes.toString('latin1');
    return LLHTTP_OK;
  }

  onHeadersComplete(status: number, shouldKeepAlive: boolean): number {
    this.#takeHeader();
    // 101 is final: nothing of HTTP follows it.
    this.#interim = status >= 100 && status < 200 && status !== 101;
    if (this.#interim) return LLHTTP_OK;
    this.status = status;
    const { isHttp10 } = this.#llhttp;
    // llhttp asks before it knows that an answer to HEAD has no body.
    const endsByFin = !shouldKeepAlive && !this.#isHead;
    this.announcedClose = announcesClose({ isHttp10, connection: this.#connection, endsByFin });
    return this.#isHead ? 1 : LLHTTP_OK;
  }

  onMessageComplete(): number {
    if (this.#interim) {
      this.began = false;
      this.pod = null;
      this.requestId = null;
      this.#connection = '';
      return LLHTTP_OK;
    }
    this.#complete = true;
    return LLHTTP_PAUSED;
  }

  #keepsAlive(): boolean {
    return this.announcedClose === false && this.status !== 101;
  }

  #takeHeader(): void {
    const name = this.#field.toLowerCase();
    if (name === 'x-pod') this.pod = this.#value;
    else if (name === 'x-request-id') this.requestId = this.#value;
    else if (name === 'connection') this.#connection += `,${this.#value}`;
    this.#field = '';
    this.#value = '';
    this.#inValue = false;
  }
}
