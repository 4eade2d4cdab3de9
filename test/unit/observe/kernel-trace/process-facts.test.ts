import { describe, expect, it } from 'vitest';

import { firstProcess } from '../../../../src/observe/process-facts.ts';
import { parseProcessStatus } from '../../../../src/observe/process-status.ts';

const status = (parentPid: number, nsPid: string, sigCgt = '0000000000000000') =>
  `Name:\tnode\nUmask:\t0022\nPid:\t14179\nPPid:\t${parentPid}\nNSpid:\t${nsPid}\nSigBlk:\t0000000000004001\nSigIgn:\t0000000000001000\nSigCgt:\t${sigCgt}\n`;

describe('the facts of a process', () => {
  it('tell which signals it handles', () => {
    // SIGINT (2), SIGTERM (15), SIGCONT (18), and the C library's own 33.
    const facts = parseProcessStatus(
      14179,
      status(9955, '14179\t611\t1', '0000000100024002'),
      'node\0app.js\0',
    );
    expect(facts).toEqual({
      pid: 14179,
      parentPid: 9955,
      comm: 'node',
      commandLine: ['node', 'app.js'],
      innerPid: 1,
      handledSignals: [2, 15, 18, 33],
      blockedSignals: [1, 15],
      waitsForSignals: false,
    });
  });

  it('tell that it handles none', () => {
    expect(parseProcessStatus(1, status(0, '1'), '').handledSignals).toEqual([]);
  });

  it('keep an empty argument', () => {
    expect(parseProcessStatus(1, status(0, '1'), 'sh\0-c\0\0').commandLine).toEqual(['sh', '-c', '']);
  });
});

describe('the first process of a container', () => {
  const process = (pid: number, parentPid: number, innerPid: number) =>
    parseProcessStatus(pid, status(parentPid, `${pid}\t${innerPid}`), '');

  it('is number 1 of its pid namespace, not what a probe started', () => {
    expect(firstProcess([process(50, 9, 17), process(40, 9, 1), process(41, 40, 8)])?.pid).toBe(40);
  });

  it('is the one that the runtime started, in a shared process namespace', () => {
    expect(firstProcess([process(40, 9, 7), process(41, 40, 8)])?.pid).toBe(40);
  });

  it('is none in an empty container', () => {
    expect(firstProcess([])).toBeNull();
  });
});
