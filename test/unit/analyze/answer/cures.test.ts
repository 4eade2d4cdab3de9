import { describe, expect, it } from 'vitest';

import { cureOf } from '../../../../src/analyze/answer/cure-of.ts';
import { findCures } from '../../../../src/analyze/answer/find-cures.ts';
import { CAUSES } from '../../../../src/model/attribution.ts';
import type { DelayNeed } from '../../../../src/model/delay-need.ts';
import { loadSchema } from '../../../../src/model/scenario.ts';
import { describeCure } from '../../../../src/report/describe-cure.ts';
import { cell } from '../run/cell-result.ts';

const KEPT = { keptAlive: true, killed: false, longestIdleMs: 10_040, lastRulesMs: 1310 };
const FRESH = { ...KEPT, keptAlive: false };

describe('the cure of a cause', () => {
  it('is no longer preStop where a kept-alive connection is cut unannounced', () => {
    for (const cause of ['keepalive-race', 'draining-rejected'] as const) {
      expect(cureOf(cause, KEPT)).toContain('a longer preStop does not help');
      expect(cureOf(cause, KEPT)).toContain(
        'answering with “Connection: close” for longer than the longest idle time of a connection (10.0 s here)',
      );
    }
  });

  it('is a longer preStop where a draining Pod turns fresh connections away, for as long as nodes send to it', () => {
    expect(cureOf('draining-rejected', FRESH)).toBe(
      'the app must serve on until the last node has stopped sending to the Pod (1.31 s after the delete at the worst), or be told to stop only then, by a preStop that waits longer',
    );
  });

  it('names no figure that was not measured', () => {
    const unknown = { keptAlive: true, killed: false, longestIdleMs: null, lastRulesMs: null };
    for (const cause of CAUSES) expect(cureOf(cause, unknown) ?? '').not.toMatch(/\d/);
  });

  it('is no setting of the Pod where its container was killed: no hook runs then, and no grace period', () => {
    for (const cause of ['listener-closed-still-routed', 'killed-in-flight', 'keepalive-race'] as const) {
      expect(cureOf(cause, { ...FRESH, killed: true })).toMatch(/^no setting of the Pod does: .*killed/);
    }
  });

  it('is nothing where the service has nothing to mend, or nobody knows what', () => {
    for (const cause of ['client', 'ambiguous', 'unexplained'] as const)
      expect(cureOf(cause, KEPT)).toBeNull();
  });
});

describe('what helps in a run', () => {
  const loads = [
    loadSchema.parse({ name: 'fresh', connections: 'fresh', ratePerSecond: 10 }),
    loadSchema.parse({ name: 'get', connections: 'keep-alive', concurrency: 2, ratePerSecond: 10 }),
    loadSchema.parse({ name: 'post', connections: 'keep-alive', concurrency: 2, ratePerSecond: 10 }),
  ];
  const input = (
    cells: Parameters<typeof findCures>[0]['cells'],
    needs: Parameters<typeof findCures>[0]['needs'] = [],
  ) => ({ cells, loads, needs });

  it('is no setting where the disruption kills containers', () => {
    const killed = {
      ...cell('none', 1, 1, { byCause: [['killed-in-flight', 3]] }),
      disruption: 'kill-container',
    };
    expect(findCures(input([killed]))[0]?.cure).toMatch(/^no setting of the Pod does/);
  });

  it('is said once for all strategies and causes with the same cure, the most requests first', () => {
    const cells = [
      cell('none', 1, 1, {
        byCause: [
          ['listener-closed-still-routed', 3],
          ['pod-gone-still-routed', 1],
        ],
      }),
      cell('none', 1, 1, { load: 'get', byCause: [['keepalive-race', 2]] }),
      cell('sleep-5', 1, 1, { load: 'post', byCause: [['keepalive-race', 7]] }),
    ];
    const cures = findCures(input(cells));
    expect(cures).toMatchObject([
      {
        strategies: ['none', 'sleep-5'],
        causes: ['keepalive-race'],
        connections: ['kept-alive'],
        requests: 9,
      },
      {
        strategies: ['none'],
        causes: ['listener-closed-still-routed', 'pod-gone-still-routed'],
        connections: ['fresh'],
        requests: 4,
      },
    ]);
    expect(cures.map(describeCure)[0]).toMatch(
      /^none, sleep-5, kept-alive connections \(keepalive-race\): answering with “Connection: close” .*; a longer preStop does not help\.$/,
    );
  });

  it('takes the longest idle time of any load that keeps connections', () => {
    const cells = [
      { ...cell('none', 1, 1, { load: 'get', byCause: [['keepalive-race', 2]] }), longestIdleMs: 100 },
      { ...cell('none', 0, 1, { load: 'post' }), longestIdleMs: 2000 },
    ];
    expect(findCures(input(cells))[0]?.cure).toContain('(2.00 s here)');
  });

  it('takes the slowest of all nodes that stopped sending, whatever the strategy', () => {
    const cells = [cell('none', 1, 1, { byCause: [['pod-gone-still-routed', 2]] })];
    const slow = (ms: number) => ({ ms }) as DelayNeed['trials'][number];
    const need = (...ms: readonly number[]) => ({ trials: ms.map(slow) }) as unknown as DelayNeed;
    expect(findCures(input(cells, [need(1310, 40), need(1250)]))[0]?.cure).toContain(
      '(1.31 s after the delete at the worst)',
    );
  });

  it('is nothing where only the load generator failed requests', () => {
    expect(findCures(input([cell('none', 1, 1, { byCause: [['client', 4]] })]))).toEqual([]);
  });
});
