import { describe, expect, it } from 'vitest';
import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import type { LoadSpec } from '../../../src/model/scenario.ts';
import { composeRequest } from '../../../src/load/compose-request.ts';
import { loadSpec } from './load-spec.ts';

const target = { host: '198.18.0.1', port: 30_080 };
const spec = (changes: Partial<LoadSpec> = {}): LoadSpec =>
  loadSpec({ name: 'main', connections: 'keep-alive', ratePerSecond: 1, ...changes });

describe('composeRequest', () => {
  it('writes a whole request with the id of its turn', () => {
    expect(composeRequest(spec({ path: '/a?b=c', headers: { accept: 'text/plain' } }), target)(42)).toBe(
      'GET /a?b=c HTTP/1.1\r\nHost: 198.18.0.1:30080\r\nConnection: keep-alive\r\naccept: text/plain\r\n' +
        'x-request-id: main-42\r\n\r\n',
    );
  });

  it('begins the id with what tells the trial from others', () => {
    expect(composeRequest({ ...spec(), requestPrefix: '12-1.' }, target)(7)).toContain(
      '\r\nx-request-id: 12-1.main-7\r\n',
    );
  });

  it('asks the server to close where every request has its own connection', () => {
    expect(composeRequest(spec({ connections: 'fresh' }), target)(1)).toContain('\r\nConnection: close\r\n');
  });

  it('counts the bytes of a body, not its characters, and says so where there is none', () => {
    expect(composeRequest(spec({ method: 'POST', body: 'ü' }), target)(1)).toMatch(
      /Content-Length: 2\r\n.*\r\n\r\nü$/s,
    );
    expect(composeRequest(spec({ method: 'POST' }), target)(1)).toContain('Content-Length: 0\r\n');
    expect(composeRequest(spec(), target)(1)).not.toContain('Content-Length');
  });

  it('keeps a Host that the user chose', () => {
    const text = composeRequest(spec({ headers: { host: 'shop.example' } }), target)(1);
    expect(text.match(/host:/gi)).toHaveLength(1);
    expect(text).toContain('host: shop.example');
  });

  it.each([
    ['a path with a space', { path: '/a b' }],
    ['a path with a line break', { path: '/a\r\nx: y' }],
    ['a header value with a line break', { headers: { a: 'b\r\nc: d' } }],
    ['a header name with a colon', { headers: { 'a:b': 'c' } }],
    ['a Connection of the user’s own', { headers: { Connection: 'close' } }],
    ['a request id of the user’s own', { headers: { 'X-Request-Id': '1' } }],
  ])('refuses %s', (_, changes) => {
    expect(() => composeRequest(spec(changes), target)).toThrow(DrainbenchError);
  });
});
