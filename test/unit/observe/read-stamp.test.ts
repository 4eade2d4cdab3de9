import { describe, expect, it } from 'vitest';

import { readStamp, type StampClock } from '../../../src/observe/read-stamp.ts';

function clock(): StampClock {
  return { runStartNs: 1_000n, bootId: 'here', runStartWallMs: 5_000, podBootIds: new Map() };
}

const line = (fields: Record<string, unknown>) =>
  JSON.stringify({ drainbench: 'stamp', pod: 'a', wallMs: 5_003, ...fields });

describe("reading the app's stamps", () => {
  it('uses the monotonic clock once the Pod has named the boot id that it shares with us', () => {
    const shared = clock();
    readStamp(line({ stamp: 'started', monoNs: '2000', bootId: 'here' }), shared);
    expect(readStamp(line({ stamp: 'signal', monoNs: '91512345678901' }), shared)).toMatchObject({
      stamp: 'signal',
      atNs: 91512345677901,
      uncertaintyNs: 50_000,
    });
  });

  it('puts what an app says took from then until now in the middle of that, however long it was held up', () => {
    const shared = clock();
    readStamp(line({ stamp: 'started', monoNs: '2000', bootId: 'here' }), shared);
    const closed = { stamp: 'listener-closed', monoNs: '91512465678901' };
    expect(readStamp(line({ ...closed, notBeforeNs: '91512345678901' }), shared)).toMatchObject({
      atNs: 91512405677901,
      uncertaintyNs: 60_050_000,
    });
    expect(readStamp(line(closed), shared)).toMatchObject({ atNs: 91512465677901, uncertaintyNs: 1_000_000 });
    for (const odd of [7, 'soon', '', null])
      expect(readStamp(line({ ...closed, notBeforeNs: odd }), shared)?.atNs).toBe(91512465677901);
  });

  it('falls back to wall clocks, with the uncertainty that they have, for a Pod on another kernel', () => {
    const shared = clock();
    readStamp(line({ stamp: 'started', monoNs: '2000', bootId: 'elsewhere' }), shared);
    expect(readStamp(line({ stamp: 'signal', monoNs: '7' }), shared)).toMatchObject({
      atNs: 3_000_000,
      uncertaintyNs: 50_000_000,
    });
  });

  it('takes neither other lines nor cut ones for stamps', () => {
    expect(readStamp('listening on 8080', clock())).toBeNull();
    expect(readStamp('{"drainbench":"stamp","stamp":"sig', clock())).toBeNull();
    expect(readStamp(line({ stamp: 'unheard-of', monoNs: '1' }), clock())).toBeNull();
  });
});
