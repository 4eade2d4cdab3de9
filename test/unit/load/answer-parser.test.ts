import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { AnswerParser, type AnswerStep } from '../../../src/load/answer-parser.ts';

let parser: AnswerParser | undefined;
afterEach(() => {
  parser?.free();
  parser = undefined;
});

function parserFor(method: string): AnswerParser {
  parser?.free();
  parser = new AnswerParser(method);
  return parser;
}

function feed(text: string, method = 'GET', cuts: readonly number[] = []): AnswerStep[] {
  const fresh = parserFor(method);
  const bytes = Buffer.from(text, 'latin1');
  const edges = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  );
  return edges.slice(1).map((end, index) => fresh.push(bytes.subarray(edges[index], end)));
}

const ANSWERS = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Pod: web-1\r\nx-request-id: main-7\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-pod: web-1\r\nx-request-id: main-7\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.1 100 Continue\r\nx-pod: no\r\n\r\nHTTP/1.1 200 OK\r\nx-request-id: main-7\r\nx-pod: web-1\r\nContent-Length: 0\r\n\r\n',
];

describe('AnswerParser', () => {
  it('reads the same answer however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ANSWERS), fc.array(fc.nat()), (text, cuts) => {
        const steps = feed(text, 'GET', cuts);
        expect(steps.slice(0, -1).every((step) => step.state === 'more')).toBe(true);
        expect(steps.at(-1)).toEqual({ state: 'complete', unread: 0, keepAlive: true });
        expect([parser?.status, parser?.pod, parser?.requestId]).toEqual([200, 'web-1', 'main-7']);
      }),
    );
  });

  it('tells how many bytes came behind an answer', () => {
    for (const text of ANSWERS) {
      expect(feed(`${text}garbage`)).toEqual([{ state: 'complete', unread: 7, keepAlive: true }]);
    }
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
  ])('waits for no body of an answer to %s that has none', (method, text) => {
    expect(feed(text, method)).toEqual([{ state: 'complete', unread: 0, keepAlive: true }]);
  });

  it('lets FIN end an answer without a length, and cut every other', () => {
    feed('HTTP/1.1 200 OK\r\n\r\nhello');
    expect(parser?.end()).toEqual({ state: 'complete', unread: 0, keepAlive: false });
    feed('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello');
    expect(parser?.end()).toEqual({ state: 'malformed', errorCode: 'HPE_INVALID_EOF_STATE' });
    feed('HTTP/1.1 20');
    expect(parser?.end().state).toBe('malformed');
  });

  it('does not take an interim answer for the beginning of the answer', () => {
    feed('HTTP/1.1 100 Continue\r\n\r\n');
    expect([parser?.began, parser?.status]).toEqual([false, null]);
    feed('H');
    expect(parser?.began).toBe(true);
  });

  it('says that a connection ends after its answer', () => {
    expect(feed('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')).toEqual([
      { state: 'complete', unread: 0, keepAlive: false },
    ]);
    expect(feed('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')).toEqual([
      { state: 'complete', unread: 0, keepAlive: false },
    ]);
  });

  it.each<[string, string, boolean | null]>([
    ['Connection: close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', true],
    [
      'one option of several, on two lines',
      'HTTP/1.1 200 OK\r\nConnection: upgrade\r\nCONNECTION: x, CLOSE\r\nContent-Length: 0\r\n\r\n',
      true,
    ],
    [
      'an option that only begins so',
      'HTTP/1.1 200 OK\r\nConnection: closely-knit\r\nContent-Length: 0\r\n\r\n',
      false,
    ],
    ['HTTP/1.1 by itself', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.0 by itself', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', true],
    [
      'HTTP/1.0 that keeps alive',
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
      false,
    ],
    ['a body that only FIN ends', 'HTTP/1.1 200 OK\r\n\r\nhel', true],
    ['a head that is not whole', 'HTTP/1.1 200 OK\r\nConnection: close\r\n', null],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n', null],
    [
      'an answer behind an interim one',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
      false,
    ],
  ])('knows whether the close is announced: %s', (_, text, announced) => {
    feed(text);
    expect(parser?.announcedClose).toBe(announced);
  });

  it('takes no answer to HEAD for one that only FIN could end', () => {
    expect(feed('HTTP/1.1 200 OK\r\n\r\n', 'HEAD')).toEqual([
      { state: 'complete', unread: 0, keepAlive: true },
    ]);
    expect(parser?.announcedClose).toBe(false);
    feed('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', 'HEAD');
    expect(parser?.announcedClose).toBe(true);
  });

  it('forgets an announcement with its answer', () => {
    const reused = parserFor('GET');
    const answer = (option: string) =>
      Buffer.from(`HTTP/1.1 200 OK\r\nConnection: ${option}\r\nContent-Length: 0\r\n\r\n`);
    reused.push(answer('keep-alive'));
    reused.next();
    expect(reused.announcedClose).toBeNull();
    reused.push(answer('close'));
    expect(reused.announcedClose).toBe(true);
  });

  it.each([
    ['SSH-2.0-OpenSSH\r\n', 'HPE_INVALID_CONSTANT'],
    ['HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n', 'HPE_INVALID_CONTENT_LENGTH'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'HPE_INVALID_CHUNK_SIZE'],
  ])('names what is wrong with %j', (text, errorCode) => {
    expect(feed(text)).toEqual([{ state: 'malformed', errorCode }]);
  });

  it('reads answer after answer on one connection, forgetting the one before', () => {
    const reused = parserFor('GET');
    for (const pod of ['a', 'b', null]) {
      const names = pod === null ? '' : `x-pod: ${pod}\r\n`;
      const step = reused.push(Buffer.from(`HTTP/1.1 200 OK\r\n${names}Content-Length: 2\r\n\r\nhi`));
      expect(step.state).toBe('complete');
      expect(reused.pod).toBe(pod);
      reused.next();
    }
  });

  it('keeps connections apart that are read in turn', () => {
    const left = new AnswerParser('GET');
    const right = new AnswerParser('GET');
    left.push(Buffer.from('HTTP/1.1 200 OK\r\nx-pod: le'));
    right.push(Buffer.from('HTTP/1.1 500 No\r\nx-pod: ri'));
    left.push(Buffer.from('ft\r\nContent-Length: 0\r\n\r\n'));
    right.push(Buffer.from('ght\r\nContent-Length: 0\r\n\r\n'));
    expect([left.status, left.pod, right.status, right.pod]).toEqual([200, 'left', 500, 'right']);
    left.free();
    right.free();
  });
});
