import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FromAgent } from '../../../src/agent/agent-messages.ts';
import { EventOutlet } from '../../../src/agent/event-outlet.ts';
import { mapEventTimes } from '../../../src/agent/map-event-times.ts';
import { SequenceLaw } from '../../../src/agent/sequence-law.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';

const note: NewHistoryEvent = {
  type: 'note',
  atNs: 1000,
  uncertaintyNs: 10,
  source: 'dataplane',
  message: 'seen',
};

describe('the numbers of an agent’s stream', () => {
  it('account for every event: what arrives and what is lost is all there was, whichever are lost', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (arrives) => {
        const law = new SequenceLaw();
        let seen = 0;
        arrives.forEach((arrived, index) => {
          if (!arrived) return;
          expect(law.next(index + 1).repeated).toBe(false);
          seen += 1;
        });
        law.end(arrives.length);
        expect(seen + law.lost).toBe(arrives.length);
      }),
    );
  });

  it('tell a message that came before', () => {
    const law = new SequenceLaw();
    law.next(3);
    expect(law.next(3)).toEqual({ lost: 0, repeated: true });
    expect(law.lost).toBe(2);
  });
});

describe('the outlet of an agent', () => {
  it('drops events that nobody reads, but not their numbers, and goes on when there is room again', () => {
    const lines: string[] = [];
    const sink = { writableLength: 0, write: (text: string) => lines.push(text) };
    const outlet = new EventOutlet(sink, 100);
    outlet.event(note);
    sink.writableLength = 101;
    outlet.event(note);
    outlet.event(note);
    outlet.tell({ type: 'pong', id: 1, nowNs: 5 });
    sink.writableLength = 0;
    outlet.event(note);
    const told = lines.map((line) => JSON.parse(line) as FromAgent);
    expect(told.map((message) => (message.type === 'event' ? message.seq : message.type))).toEqual([
      1,
      'pong',
      4,
    ]);
    expect(outlet.seq).toBe(4);
  });
});

describe('an agent’s event on the run’s time line', () => {
  const toRun = (remoteNs: number) => ({ atNs: remoteNs + 5000, uncertaintyNs: 7 });

  it('is as uncertain as it was and as the mapping of the clock together', () => {
    expect(mapEventTimes(note, toRun)).toMatchObject({ atNs: 6000, uncertaintyNs: 17 });
  });

  it('has all its times mapped; a gap only grows', () => {
    const gap: NewHistoryEvent = {
      ...note,
      type: 'observation-gap',
      observer: 'routes of n1',
      fromNs: 100,
      toNs: 900,
      reason: 'why',
    };
    expect(mapEventTimes(gap, toRun)).toMatchObject({ fromNs: 5093, toNs: 5907 });
    const sync: NewHistoryEvent = {
      ...note,
      type: 'proxy-sync',
      node: 'n1',
      lastSyncNs: 400,
      lastQueuedNs: 300,
      syncs: 1,
      syncSeconds: 1,
      fullSyncs: null,
    };
    expect(mapEventTimes(sync, toRun)).toMatchObject({ lastSyncNs: 5400, lastQueuedNs: 5300 });
  });
});
