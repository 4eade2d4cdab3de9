import { describe, expect, it } from 'vitest';

import { isLostLine, parseTraceLine } from '../../../../src/observe/kernel-trace/trace-line.ts';

describe('a line of trace_pipe', () => {
  it('gives thread, process, time and event', () => {
    expect(
      parseTraceLine(
        '            runc-31221   (  31221) [000] d..1.  5124.217271: signal_generate: sig=15 errno=0 code=0 comm=MainThread pid=30960 grp=1 res=0',
      ),
    ).toEqual({
      comm: 'runc',
      tid: 31221,
      tgid: 31221,
      inInterrupt: false,
      seconds: 5124,
      ns: 217_271_000,
      event: 'signal_generate',
      text: 'sig=15 errno=0 code=0 comm=MainThread pid=30960 grp=1 res=0',
    });
  });

  it('tells a thread from its process', () => {
    const line = parseTraceLine(' SignalInspector-31165   (  30960) [000] .....  5124.223366: x: y');
    expect([line?.comm, line?.tid, line?.tgid]).toEqual(['SignalInspector', 31165, 30960]);
  });

  it.each(['..s2.', '.Ns2.', 'd.h1.', '..H..'])('knows flags %s as an interrupt', (flags) => {
    expect(parseTraceLine(`  coredns-20829   (  20768) [000] ${flags}  5122.857183: x: y`)?.inInterrupt).toBe(
      true,
    );
  });

  it.each(['.....', 'dN.2.', 'd..1.', '....'])('knows flags %s as a process', (flags) => {
    expect(parseTraceLine(`  coredns-20829   (  20768) [000] ${flags}  5122.857183: x: y`)?.inInterrupt).toBe(
      false,
    );
  });

  it('is read when the kernel does not remember the process', () => {
    const line = parseTraceLine(
      '           <...>-31332   (-------) [000] .....  5124.612683: sched_process_exit: comm=runc pid=31332 prio=120 group_dead=false',
    );
    expect([line?.comm, line?.tid, line?.tgid]).toEqual(['<...>', 31332, null]);
  });

  it('is read when the kernel does not print processes', () => {
    expect(parseTraceLine('  nft-31219  [000] .....  5124.056771: x: y')?.tgid).toBeNull();
  });

  it.each(['a-1', 'a b', '(x) [0]', 'kworker/u8:0-ev'])('is read for a thread called %s', (comm) => {
    const line = parseTraceLine(`${comm.padStart(16)}-77   (     77) [001] .....  1.000002: x: y`);
    expect([line?.comm, line?.tid, line?.ns]).toEqual([comm, 77, 2000]);
  });

  it('is null for what is no event', () => {
    expect(parseTraceLine('CPU:1 [LOST 1234 EVENTS]')).toBeNull();
    expect(parseTraceLine('')).toBeNull();
  });

  it('that says events were lost is known', () => {
    expect(isLostLine('CPU:1 [LOST 1234 EVENTS]')).toBe(true);
    expect(isLostLine('CPU:0 [LOST EVENTS]')).toBe(true);
    expect(isLostLine('  x-1 [000] .....  1.000002: x: CPU:1 [LOST 1 EVENTS]')).toBe(false);
  });
});
