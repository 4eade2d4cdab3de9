import { describe, expect, it } from 'vitest';

import { graceMargins, type GraceInput } from '../../../../src/analyze/margins/grace-margins.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { GraceMargin } from '../../../../src/model/margin.ts';
import type { Milestone, MilestoneName } from '../../../../src/model/milestone.ts';
import { ms } from '../build-history.ts';

const VICTIM = { name: 'web-a', uid: 'a', node: 'node1', podIP: '198.18.1.1' };

const step = (name: MilestoneName, atMs: number, container: string | null = 'app'): Milestone => ({
  name,
  pod: 'web-a',
  podUid: 'a',
  node: 'node1',
  container,
  atNs: ms(atMs),
  uncertaintyNs: 1000,
  source: 'kernel-trace',
  eventId: 1,
});
const DELETE = step('delete-received', 1000, null);

interface Changes {
  readonly answeredMs?: number | null;
  readonly unknownMs?: number;
  readonly droppedMs?: number | null;
  readonly longestAnswerMs?: number;
  readonly graceSeconds?: number | null;
  readonly cut?: number;
  readonly clockUncertaintyNs?: number | null;
}

function margin(milestones: readonly Milestone[], changes: Changes = {}): GraceMargin {
  const { answeredMs = 1200, droppedMs = 1100, longestAnswerMs = 20, graceSeconds = 30, cut = 0 } = changes;
  const lastAnswerNs = new Map(answeredMs === null ? [] : [['a', ms(answeredMs)] as const]);
  const input: GraceInput = {
    victims: [VICTIM],
    milestones: [DELETE, ...milestones],
    rules:
      droppedMs === null
        ? []
        : [{ podUid: 'a', node: 'node1', state: 'dropped', atNs: ms(droppedMs), uncertaintyNs: NS_PER_MS }],
    servingOf: () => 'app',
    graceSeconds,
    facts: {
      connections: [],
      longestIdleMs: null,
      lastAnswerNs,
      lastUnknownAnswerNs: changes.unknownMs === undefined ? null : ms(changes.unknownMs),
    },
    lastAnswerNs,
    longestAnswerMs,
    cutOf: () => cut,
    clockUncertaintyNs: changes.clockUncertaintyNs === undefined ? 0 : changes.clockUncertaintyNs,
  };
  const [found] = graceMargins(input);
  if (found === undefined) throw new Error('there is one victim');
  return found;
}

describe('the grace margin', () => {
  it('lasts until the grace period is over where the app goes on serving after its stop signal and ends by itself', () => {
    const found = margin([step('signal-sent', 3000), step('process-exited', 8000)], { answeredMs: 7990 });
    expect(found).toMatchObject({ until: 'deadline', margin: { ms: 23_010 }, cut: 0 });
  });

  it('is below zero where an app that waits answers its last request after the deadline', () => {
    const found = margin([step('signal-sent', 1100), step('process-exited', 3200)], {
      answeredMs: 3150,
      graceSeconds: 2,
    });
    expect(found).toMatchObject({ until: 'deadline', margin: { ms: -150 } });
  });

  it('lasts until the deadline where the app itself says that it had waited', () => {
    const found = margin([step('signal-sent', 1190), step('drained', 1201), step('process-exited', 1203)]);
    expect(found).toMatchObject({ until: 'deadline', margin: { ms: 29_800 } });
  });

  it('ends with the process where nothing shows that the app waits: that nothing was in hand may be luck', () => {
    const exitsAtOnce = [step('signal-sent', 1205), step('process-exited', 1210)];
    expect(margin(exitsAtOnce, { longestAnswerMs: 150 })).toMatchObject({
      until: 'end',
      margin: { ms: -40 },
    });
    expect(margin(exitsAtOnce, { longestAnswerMs: 20 })).toMatchObject({ until: 'end', margin: { ms: 10 } });
  });

  it('ends with a SIGKILL, however long the app had served', () => {
    const found = margin([
      step('signal-sent', 1050),
      step('kill-sent', 31_000),
      step('process-exited', 31_001),
    ]);
    expect(found).toMatchObject({ until: 'end', margin: { ms: 29_800 } });
  });

  it('does not end with what befell another container', () => {
    const found = margin([
      step('signal-sent', 1050),
      step('kill-sent', 1300, 'log'),
      step('process-exited', 2000),
    ]);
    expect(found).toMatchObject({ until: 'deadline' });
  });

  it('has no deadline where a process is killed at once', () => {
    const found = margin([step('process-exited', 1010)], {
      answeredMs: 1005,
      droppedMs: null,
      graceSeconds: null,
    });
    expect(found).toMatchObject({ until: 'end', margin: { ms: 5 } });
  });

  it('counts the requests that were cut', () => {
    expect(margin([step('process-exited', 1210)], { cut: 3 }).cut).toBe(3);
  });

  it('is not known where nobody saw the process end, or where answers have no Pod', () => {
    expect(margin([step('signal-sent', 1050)])).toMatchObject({ until: 'unknown', margin: null });
    const fromAfar = [step('signal-sent', 1050), step('container-terminated', 2000)];
    expect(margin(fromAfar)).toMatchObject({ until: 'unknown', margin: null });
    const nameless = margin([step('process-exited', 2000)], { unknownMs: 1900 });
    expect(nameless).toMatchObject({ until: 'unknown', why: 'nothing tells which Pod gave some answers' });
  });

  it('is as uncertain as the load’s clock, and not known where nobody told how that goes', () => {
    const exit = [step('process-exited', 2000)];
    expect(margin(exit, { clockUncertaintyNs: 5 * NS_PER_MS }).margin?.uncertaintyMs).toBeCloseTo(5.051, 6);
    expect(margin(exit, { clockUncertaintyNs: null })).toMatchObject({ until: 'unknown', margin: null });
  });

  it('does not exist where the Pod had answered nothing and no node had sent to it', () => {
    const found = margin([step('process-exited', 2000)], { answeredMs: null, droppedMs: null });
    expect(found).toMatchObject({ until: 'end', margin: null, why: '' });
  });
});
