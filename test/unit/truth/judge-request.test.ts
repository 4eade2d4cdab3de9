import { describe, expect, it } from 'vitest';

import type { RequestRecord } from '../../../src/model/request-record.ts';
import { droppedSyns } from '../../truth/distractors/dropped-syns.ts';
import { severalListeners } from '../../truth/distractors/several-listeners.ts';
import { draining503 } from '../../truth/faults/draining-503.ts';
import { listenerClosedWhileReady } from '../../truth/faults/listener-closed-while-ready.ts';
import { judgeRequest } from '../../truth/judge-run.ts';
import { portsOf } from '../../truth/node-network.ts';
import { Truth } from '../../truth/truth.ts';
import type { TruthLine } from '../../truth/truth-line.ts';
import { failed, ms } from '../analyze/build-history.ts';

const line = (what: string, atMs: number, fields: Partial<TruthLine> = {}): TruthLine => ({
  atNs: ms(atMs),
  pod: 'web-a',
  what,
  ...fields,
});
const request = failed(7, 100, { endNs: ms(110), clientPort: 40_001, requestOnConnection: 0 });
const closed = line('closing-listener', 50);

describe('a failed request beside distractors', () => {
  const judge = (lines: readonly TruthLine[], changes: Partial<RequestRecord> = {}) =>
    judgeRequest(
      { ...request, ...changes },
      listenerClosedWhileReady,
      [droppedSyns, severalListeners],
      new Truth(lines, []),
    );

  it('is judged by the fault where no distractor touched it', () => {
    const others = [
      line('syn-dropped', 200, { pod: null, clientPort: 40_002 }),
      line('worker-closed', 40),
      line('worker-closed', 140),
    ];
    expect(judge([closed, ...others])).toEqual({ cause: 'listener-closed-still-routed' });
  });

  it('does not count when a distractor may have failed it, and says which', () => {
    const dropped = line('syn-dropped', 200, { pod: null, clientPort: 40_001 });
    expect(judge([closed, dropped])).toEqual({ notCounted: 'dropped-syns: a SYN of it was dropped' });
    expect(judge([closed, line('worker-closed', 105)])).toEqual({
      notCounted: 'several-listeners: it may have waited at a listener that closed',
    });
  });

  it('does not excuse what the close of one of several listeners cannot do', () => {
    const lines = [closed, line('worker-closed', 105)];
    expect(judge(lines, { outcome: 'connect-timeout' })).toHaveProperty('cause');
    expect(judge(lines, { requestOnConnection: 2 })).toHaveProperty('cause');
    expect(judge(lines, { endNs: ms(400) })).toHaveProperty('cause');
  });

  it('does not excuse a later request of a connection whose first SYN was dropped', () => {
    const dropped = line('syn-dropped', 200, { pod: null, clientPort: 40_001 });
    expect(judge([closed, dropped], { requestOnConnection: 3 })).toHaveProperty('cause');
  });

  it('counts in any case when a server had it: then no distractor can have failed it', () => {
    const lines = [
      line('arrived', 101, { id: 'fresh-7' }),
      line('rejected', 102, { id: 'fresh-7' }),
      line('syn-dropped', 200, { pod: null, clientPort: 40_001 }),
    ];
    const answered = { ...request, outcome: 'http-error', status: 503 } as const;
    expect(judgeRequest(answered, draining503, [droppedSyns], new Truth(lines, []))).toEqual({
      cause: 'draining-rejected',
    });
  });
});

describe('what a rule of ours remembers', () => {
  it('is read from nft, with and without what it knows besides of an element', () => {
    const plain = { concat: ['198.18.0.1', 40_001] };
    const timed = { elem: { val: { concat: ['198.18.0.1', 40_002] }, timeout: 60 } };
    const text = (elem: readonly unknown[]) =>
      JSON.stringify({ nftables: [{ metainfo: {} }, { set: { name: 'dropped', elem } }] });
    expect(portsOf(text([plain, timed]))).toEqual([40_001, 40_002]);
    expect(portsOf(JSON.stringify({ nftables: [{ set: { name: 'dropped' } }] }))).toEqual([]);
  });
});
