import { describe, expect, it } from 'vitest';

import { offsetPids } from '../../../src/agent/offset-pids.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';

const at = { atNs: 7, uncertaintyNs: 0, source: 'kernel-trace' } as const;
const container = { podUid: 'u', containerId: 'c' };

describe('the pids of another kernel', () => {
  it('are all moved: of who ended, who got a signal and who sent it', () => {
    const signal: NewHistoryEvent = {
      ...at,
      type: 'signal-sent',
      signal: 9,
      pid: 12,
      comm: 'app',
      senderComm: 'sh',
      senderPid: 11,
      senderInnerPid: 1,
      container,
    };
    expect(offsetPids(signal, 1000)).toEqual({ ...signal, pid: 1012, senderPid: 1011 });
    const exit: NewHistoryEvent = {
      ...at,
      type: 'process-exit',
      pid: 12,
      innerPid: 1,
      comm: 'app',
      container,
    };
    expect(offsetPids(exit, 1000)).toEqual({ ...exit, pid: 1012 });
  });

  it('are left out where none is known, and where an event has none', () => {
    const runtime: NewHistoryEvent = {
      ...at,
      type: 'runtime',
      node: 'node1',
      topic: '/tasks/oom',
      container,
      sandbox: false,
      exitStatus: null,
      pid: null,
    };
    expect(offsetPids(runtime, 1000)).toEqual(runtime);
    const note: NewHistoryEvent = { ...at, type: 'note', message: 'pid 7' };
    expect(offsetPids(note, 1000)).toEqual(note);
  });

  it('are those of the first kernel as they are', () => {
    const exit: NewHistoryEvent = { ...at, type: 'process-exit', pid: 12, comm: 'app', container };
    expect(offsetPids(exit, 0)).toEqual(exit);
  });
});
