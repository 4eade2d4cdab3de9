import {
  ON_BODY,
  ON_HEADERS_COMPLETE,
  ON_MESSAGE_COMPLETE,
  type AutocannonParser,
  type ParsedHead,
} from './autocannon-internals.ts';

export interface ParserEvents {
  /** Bytes arrived; `false` when nobody waits for any: they are not read. */
  readonly onChunk: (bytes: number) => boolean;
  readonly onAnswerBegan: () => void;
  /** What began was only an interim (1xx) answer, and it is over. */
  readonly onInterimEnd: () => void;
  readonly onHead: (head: ParsedHead) => void;
  /** The answer is whole. `unread` bytes followed it in one piece with it: nobody asked for them. */
  readonly onComplete: (unread: number) => void;
  readonly onMalformed: (errorCode: string) => void;
}

/**
 * Takes autocannon's parser over from its client. autocannon 9.0.0 ignores parse errors (the request then waits for its
 * timeout), takes `100 Continue` for the answer, waits for a body that HEAD, 204 and 304 never have when there is a
 * Content-Length, reads a broken chunk size as the end of the answer, and throws when an answer comes that it has no
 * request for. Call it once, after the client has set its own callbacks.
 */
export function guardParser(parser: AutocannonParser, method: string, events: ParserEvents): void {
  const execute = parser.execute;
  const chunkHead = parser.BODY_CHUNKHEAD;
  let interim = false;

  parser[ON_HEADERS_COMPLETE] = (head) => {
    const { statusCode } = head;
    interim = statusCode >= 100 && statusCode < 200 && statusCode !== 101;
    if (interim) return undefined;
    events.onHead(head);
    return method === 'HEAD' || statusCode === 204 || statusCode === 304 ? 1 : undefined;
  };
  // Nobody looks at bodies; autocannon would gather each as one string.
  parser[ON_BODY] = () => undefined;
  parser[ON_MESSAGE_COMPLETE] = () => {
    const unread = parser.end - parser.offset;
    if (interim) {
      events.onInterimEnd();
      if (unread > 0) events.onAnswerBegan();
      return;
    }
    parser.offset = parser.end;
    events.onComplete(unread);
  };
  parser.BODY_CHUNKHEAD = () => {
    chunkHead.call(parser);
    if (Number.isNaN(parser.body_bytes)) {
      throw Object.assign(new Error('the size of a chunk is not a number'), {
        code: 'HPE_INVALID_CHUNK_SIZE',
      });
    }
  };
  parser.execute = (chunk) => {
    if (!events.onChunk(chunk.length)) return chunk.length;
    events.onAnswerBegan();
    const result = execute.call(parser, chunk);
    if (result instanceof Error) events.onMalformed((result as NodeJS.ErrnoException).code ?? 'HPE_UNKNOWN');
    else if (Number.isNaN(result)) events.onMalformed('HPE_INVALID_CONTENT_LENGTH');
    return result;
  };
}
