import { describe, expect, it } from 'vitest';

import { processMark } from '../../../../src/model/process-mark.ts';
import { nextInstanceName, ownerOfInstance } from '../../../../src/observe/kernel-trace/instance-name.ts';
import { kilobytesPerCpu, lostInStats } from '../../../../src/observe/kernel-trace/trace-instance.ts';

describe('a trace instance', () => {
  it('is named after its process', () => {
    expect(ownerOfInstance(nextInstanceName())).toBe(processMark());
  });

  it('has a name of its own each time', () => {
    expect(nextInstanceName()).not.toBe(nextInstanceName());
  });

  it.each(['drainbench-doctor-12', 'drainbench-1', 'other-1-2-3', 'drainbench-1-2-3x'])(
    'called %s is not ours',
    (name) => {
      expect(ownerOfInstance(name)).toBeNull();
    },
  );

  it('has a buffer that does not eat the memory of a large machine', () => {
    expect([1, 2, 32, 64, 512].map(kilobytesPerCpu)).toEqual([4096, 4096, 2048, 1024, 1024]);
  });

  it('counts all kinds of lost events', () => {
    const stats = `entries: 8\noverrun: 5\ncommit overrun: 1\nbytes: 900\noldest event ts:  5128.282297\nnow ts:  5128.864549\ndropped events: 2\nread events: 1247\n`;
    expect(lostInStats(stats)).toBe(8);
  });
});
