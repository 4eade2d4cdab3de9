import { describe, expect, it } from 'vitest';

import { judgeUnheard } from '../../truth/faults/judge-unheard.ts';
import { Truth } from '../../truth/truth.ts';
import type { TruthLine } from '../../truth/truth-line.ts';
import { failed, ms } from '../analyze/build-history.ts';

const line = (what: string, atMs: number, fields: Partial<TruthLine> = {}): TruthLine => ({
  atNs: ms(atMs),
  pod: 'web-a',
  what,
  ...fields,
});
const request = failed(7, 100, { endNs: ms(110), clientPort: 40_001 });

describe('what the scripts say', () => {
  it('is found by the id that the request carried', () => {
    const truth = new Truth([line('arrived', 101, { id: 'fresh-7' })], []);
    expect(truth.of(request, 'arrived')?.pod).toBe('web-a');
    expect(truth.of(request, 'answered')).toBeUndefined();
  });

  it('tells a close behind an answer for the next request on the very connection alone', () => {
    const connection = { connection: 3, clientPort: 40_001 };
    const answered = failed(6, 90, { ...connection, outcome: 'ok', requestOnConnection: 4 });
    const truth = new Truth([line('closed', 95, { lastId: 'fresh-6' })], [answered]);
    const next = { ...request, ...connection, requestOnConnection: 5 };
    expect(truth.wasClosedBefore(next)).toBe(true);
    expect(truth.wasClosedBefore({ ...next, requestOnConnection: 6 })).toBe(false);
    expect(truth.wasClosedBefore({ ...next, connection: 4 })).toBe(false);
  });

  it('counts a connection that the client ended only while the request was on it', () => {
    const killed = (atMs: number) => new Truth([line('killed-own', atMs, { clientPort: 40_001 })], []);
    expect(killed(105).wasKilledByClient(request)).toBe(true);
    expect(killed(99).wasKilledByClient(request)).toBe(false);
    expect(killed(111).wasKilledByClient(request)).toBe(false);
  });
});

describe('a request that no server heard of', () => {
  const seed = { cause: 'listener-closed-still-routed', fromNs: ms(50), toNs: ms(200) } as const;

  it('counts for the fault during which it was under way', () => {
    expect(judgeUnheard(request, new Truth([], []), seed)).toEqual({ cause: 'listener-closed-still-routed' });
  });

  it('does not count when a server had it, or before or after the fault', () => {
    const heard = new Truth([line('arrived', 101, { id: 'fresh-7' })], []);
    const none = new Truth([], []);
    expect(judgeUnheard(request, heard, seed)).toHaveProperty('notCounted');
    expect(judgeUnheard(request, none, { ...seed, fromNs: ms(120) })).toHaveProperty('notCounted');
    expect(judgeUnheard(request, none, { ...seed, toNs: ms(90) })).toHaveProperty('notCounted');
    expect(judgeUnheard(request, none, { ...seed, fromNs: undefined })).toHaveProperty('notCounted');
  });
});
