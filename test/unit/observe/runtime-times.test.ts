import { describe, expect, it } from 'vitest';

import type { RuntimeLine } from '../../../src/observe/runtime-events-line.ts';
import { RuntimeTimes } from '../../../src/observe/runtime-times.ts';

const MS = 1e6;
const STAMP_NS = 100_000;

const line = (topic: string, wallMs: number, execId: string | null = null): RuntimeLine => ({
  topic,
  wallMs,
  execId,
  containerId: 'c',
  exitStatus: null,
  pid: 7,
  image: null,
});
const times = () => new RuntimeTimes((wallMs) => wallMs * MS);

describe('when what a runtime tells took place', () => {
  it('is, of an end, between when it was stamped and when the process was last seen alive', () => {
    expect(times().of(line('/tasks/exit', 900), 100 * MS)).toEqual({
      atNs: 500 * MS,
      uncertaintyNs: 400 * MS + STAMP_NS,
    });
  });

  it('is, of a process that nobody saw alive, after it had been started', () => {
    const of = times();
    of.of(line('/tasks/exec-added', 10, 'hook'), null);
    of.of(line('/tasks/exec-started', 20, 'hook'), null);
    of.of(line('/tasks/start', 890), null);
    expect(of.of(line('/tasks/exit', 900, 'hook'), null)).toEqual({
      atNs: 460 * MS,
      uncertaintyNs: 440 * MS + STAMP_NS,
    });
  });

  it('is, of an end of which nothing else is known, as sure as a runtime with CPUs to spare', () => {
    expect(times().of(line('/tasks/exit', 900), null)).toEqual({ atNs: 900 * MS, uncertaintyNs: 50 * MS });
  });

  it('is never before what was seen alive after it, as where a clock is some µs off', () => {
    expect(times().of(line('/tasks/exit', 900), 901 * MS)).toEqual({
      atNs: 900 * MS,
      uncertaintyNs: STAMP_NS,
    });
  });

  it('is, of a start, after the runtime had begun with it', () => {
    const of = times();
    expect(of.of(line('/tasks/create', 100), null)).toEqual({ atNs: 100 * MS, uncertaintyNs: STAMP_NS });
    expect(of.of(line('/tasks/start', 180), null)).toEqual({
      atNs: 180 * MS,
      uncertaintyNs: 80 * MS + STAMP_NS,
    });
    expect(of.of(line('/tasks/exec-started', 190, 'probe'), null)).toEqual({
      atNs: 190 * MS,
      uncertaintyNs: STAMP_NS,
    });
  });
});
