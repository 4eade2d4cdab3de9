import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What the name server does with a question: names these addresses, or not. */
export type NameAnswer =
  | { readonly addresses: readonly string[]; readonly ttl: number }
  | 'nxdomain'
  | 'servfail'
  | 'empty'
  | 'silent';

const HEADER_BYTES = 12;
/** QR, RD, RA. */
const ANSWER_FLAGS = 0x8180;
const RCODES = { nxdomain: 3, servfail: 2, empty: 0 } as const;

/** A name server on loopback that answers every question for an A record as `answer` says when it comes. */
export class NameServer implements AsyncDisposable {
  answer: NameAnswer;
  /** When each question came, of `performance.now()`. */
  readonly questionsMs: number[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket, answer: NameAnswer) {
    this.#socket = socket;
    this.answer = answer;
    socket.on('message', (question, from) => this.#reply(question, from));
  }

  static async listen(answer: NameAnswer): Promise<NameServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NameServer(socket, answer);
  }

  /** As `address:port`. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #reply(question: Buffer, { port, address }: RemoteInfo): void {
    this.questionsMs.push(performance.now());
    if (this.answer === 'silent') return;
    this.#socket.send(answerTo(question, this.answer), port, address);
  }
}

/** RFC 1035: the question's id and its one question, then the records, whose name points back to it. */
function answerTo(question: Buffer, answer: Exclude<NameAnswer, 'silent'>): Buffer {
  const end = question.indexOf(0, HEADER_BYTES) + 5;
  const asked = question.subarray(HEADER_BYTES, end);
  const records = typeof answer === 'string' ? [] : answer.addresses.map((each) => record(each, answer.ttl));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(question.readUInt16BE(0), 0);
  header.writeUInt16BE(ANSWER_FLAGS | (typeof answer === 'string' ? RCODES[answer] : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, asked, ...records]);
}

function record(address: string, ttl: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  bytes.writeUInt16BE(1, 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt32BE(ttl, 6);
  bytes.writeUInt16BE(4, 10);
  address.split('.').forEach((part, index) => bytes.writeUInt8(Number(part), 12 + index));
  return bytes;
}
