import { describe, expect, it } from 'vitest';

import type { RequestRecord } from '../../../src/model/request-record.ts';
import { addressInherited } from '../../truth/faults/address-inherited.ts';
import { addressTaken } from '../../truth/faults/address-taken.ts';
import { halfOpen } from '../../truth/faults/half-open.ts';
import { killedInQueue } from '../../truth/faults/killed-in-queue.ts';
import { middleboxReset } from '../../truth/faults/middlebox-reset.ts';
import { proxy502 } from '../../truth/faults/proxy-502.ts';
import { reusedPort } from '../../truth/faults/reused-port.ts';
import { survivorsUnready } from '../../truth/faults/survivors-unready.ts';
import { uploadKilled } from '../../truth/faults/upload-killed.ts';
import { Truth } from '../../truth/truth.ts';
import type { TruthLine } from '../../truth/truth-line.ts';
import { failed, ms } from '../analyze/build-history.ts';

const line = (what: string, atMs: number, fields: Partial<TruthLine> = {}): TruthLine => ({
  atNs: ms(atMs),
  pod: 'web-a',
  what,
  ...fields,
});
const own = (what: string, atMs: number) => line(what, atMs, { id: 'fresh-7' });
const request = failed(7, 1000, {
  endNs: ms(1100),
  clientPort: 40_001,
  connection: 3,
  requestOnConnection: 0,
});
const truth = (lines: readonly TruthLine[], requests: readonly RequestRecord[] = []) =>
  new Truth(lines, requests);

describe('what is known of a failure', () => {
  it('half open: the Pod of its last answer had ended, and its network and every rule to it were gone', () => {
    const answered = failed(6, 500, { outcome: 'ok', connection: 3, requestOnConnection: 0 });
    const next = { ...request, requestOnConnection: 1 };
    const lines = [
      line('answered', 510, { id: 'fresh-6' }),
      line('exiting', 600),
      line('silent-since', 700),
      line('unrouted', 900, { pod: null }),
    ];
    const judge = (told: readonly TruthLine[], each: RequestRecord = next) =>
      halfOpen.judge(each, truth(told, [answered]));
    expect(judge(lines)).toEqual({ cause: 'half-open-connection' });
    expect(judge([...lines, own('arrived', 1001)])).toHaveProperty('notCounted');
    expect(judge(lines.filter(({ what }) => what !== 'unrouted'))).toHaveProperty('notCounted');
    expect(judge(lines.filter(({ what }) => what !== 'exiting'))).toHaveProperty('notCounted');
    expect(judge(lines, request)).toEqual({ notCounted: 'on a fresh connection' });
    expect(judge(lines, { ...next, startNs: ms(850) })).toHaveProperty('notCounted');
  });

  it('killed in the queue: it came while the server did nothing, and broke off when that was killed', () => {
    const lines = [line('blocking', 100), line('deleting', 900, { pod: null }), line('stream-ended', 1250)];
    const reset = { ...request, startNs: ms(700), outcome: 'reset' } as const;
    const judge = (each: RequestRecord) => killedInQueue.judge(each, truth(lines));
    expect(judge(reset)).toEqual({ cause: 'killed-in-flight' });
    expect(judge({ ...reset, startNs: ms(50) })).toHaveProperty('notCounted');
    expect(judge({ ...reset, startNs: ms(1090) })).toHaveProperty('notCounted');
    // Nothing was killed before anybody was told to.
    expect(judge({ ...reset, endNs: ms(890) })).toHaveProperty('notCounted');
    expect(judge({ ...reset, outcome: 'refused' })).toHaveProperty('notCounted');
  });

  it('an upload: the server had read its head and not its end', () => {
    const judge = (lines: readonly TruthLine[]) => uploadKilled.judge(request, truth(lines));
    expect(judge([own('arrived', 1001)])).toEqual({ cause: 'killed-in-flight' });
    expect(judge([own('arrived', 1001), own('body-read', 1050)])).toHaveProperty('notCounted');
    expect(judge([])).toHaveProperty('notCounted');
  });

  it('an address of somebody else: who has it answered, or had it while the rules were kept', () => {
    const lines = [line('started', 900, { pod: 'stranger-1' }), line('rules-free', 3000, { pod: null })];
    const judge = (told: readonly TruthLine[]) => addressTaken.judge(request, truth(told));
    expect(judge(lines)).toEqual({ cause: 'pod-gone-still-routed' });
    expect(judge([line('strange', 1050, { pod: 'stranger-1', id: 'fresh-7' })])).toEqual({
      cause: 'pod-gone-still-routed',
    });
    expect(judge([line('started', 900), line('rules-free', 3000, { pod: null })])).toHaveProperty(
      'notCounted',
    );
    expect(judge([line('started', 1050, { pod: 'stranger-1' }), line('rules-free', 3000)])).toHaveProperty(
      'notCounted',
    );
    expect(judge([line('started', 900, { pod: 'stranger-1' }), line('rules-free', 1050)])).toHaveProperty(
      'notCounted',
    );
  });

  it('an inherited address: the replacement had it and did not listen', () => {
    const lines = [
      line('started', 10, { pod: 'web-a' }),
      line('address-reserved', 500, { pod: null }),
      line('started', 900, { pod: 'web-b' }),
    ];
    const judge = (listensMs: number) =>
      addressInherited.judge(request, truth([...lines, line('listening', listensMs, { pod: 'web-b' })]));
    expect(judge(2000)).toEqual({ cause: 'pod-gone-still-routed' });
    expect(judge(1050)).toHaveProperty('notCounted');
  });

  it('a port used again: its last connection broke off at the Pod that vanished', () => {
    const earlier = failed(6, 500, { clientPort: 40_001, connection: 2, outcome: 'response-timeout' });
    const timeout = { ...request, outcome: 'connect-timeout' } as const;
    const lines = [
      line('arrived', 501, { id: 'fresh-6' }),
      line('silent-since', 700),
      line('unrouted', 900, { pod: null }),
    ];
    const judge = (told: readonly TruthLine[], before: readonly RequestRecord[] = [earlier]) =>
      reusedPort.judge(timeout, truth(told, [...before, timeout]));
    expect(judge(lines)).toEqual({ cause: 'pod-gone-still-routed' });
    expect(judge(lines, [{ ...earlier, clientPort: 40_002 }])).toHaveProperty('notCounted');
    expect(judge([...lines, line('answered', 510, { id: 'fresh-6' })])).toHaveProperty('notCounted');
    expect(judge([...lines.slice(1), line('arrived', 501, { id: 'fresh-6', pod: 'web-b' })])).toHaveProperty(
      'notCounted',
    );
  });

  it('a 502: the proxy gave it after the server behind it had been told to go', () => {
    const judge = (toldMs: number, more: readonly TruthLine[] = []) =>
      proxy502.judge(request, truth([own('proxy-502', 1050), line('sigterm', toldMs), ...more]));
    expect(judge(900)).toEqual({ cause: 'draining-rejected' });
    expect(judge(1020)).toHaveProperty('notCounted');
    expect(judge(900, [own('arrived', 1010)])).toHaveProperty('notCounted');
  });

  it('survivors without readiness: every node rejected because they were overloaded', () => {
    const lines = [line('only-rejects', 900, { pod: null }), line('recovering', 2000, { pod: null })];
    const judge = (each: RequestRecord, more: readonly TruthLine[] = []) =>
      survivorsUnready.judge(each, truth([...lines, ...more]));
    expect(judge(request)).toEqual({ cause: 'overload' });
    expect(judge({ ...request, startNs: ms(800) })).toHaveProperty('notCounted');
    expect(judge({ ...request, endNs: ms(2100) })).toHaveProperty('notCounted');
    const held = { ...request, startNs: ms(100), outcome: 'response-timeout' } as const;
    expect(judge(held, [own('arrived', 101), own('held', 101)])).toEqual({ cause: 'overload' });
  });

  it('a reset in between: the rule itself says whose connection it was', () => {
    const judge = (clientPort: number) =>
      middleboxReset.judge(request, truth([line('reset-in-between', 5000, { pod: null, clientPort })]));
    expect(judge(40_001)).toEqual({ cause: 'reset-in-between' });
    expect(judge(40_002)).toHaveProperty('notCounted');
  });
});
