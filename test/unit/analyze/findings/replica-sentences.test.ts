import { describe, expect, it } from 'vitest';

import { PodsAsOf } from '../../../../src/analyze/objects/pods-as-of.ts';
import { objectSightings } from '../../../../src/analyze/objects/object-sightings.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { Finding } from '../../../../src/model/verdict.ts';
import { aboutStrategy, analyzeShutdown, podOf, step } from './analyze-shutdown.ts';
import { numbered, PODS, scene as s, type PodKey } from '../attribution/write-scene.ts';

const NS_PER_MS = 1e6;

/** Owned by a ReplicaSet, or (`null`) orphaned: what the garbage collector does when the owner is deleted first. */
const ownedBy = (owner: string | null) => ({
  metadata: { ownerReferences: owner === null ? [] : [{ uid: owner, controller: true }] },
});

type Conditions = Readonly<Partial<Record<PodKey, 'ready' | 'draining' | 'not-ready' | 'unready-draining'>>>;

/** One EndpointSlice of the app's Service; each Pod with its conditions. */
const slice = (at: number, generation: number, endpoints: Conditions): NewHistoryEvent => {
  const event = s.slice(at, generation, {});
  if (event.type !== 'object') throw new Error('not an object');
  const list = (Object.keys(endpoints) as PodKey[]).map((key) => {
    const how = endpoints[key];
    return {
      addresses: [PODS[key].podIP],
      targetRef: { uid: PODS[key].uid, name: PODS[key].name },
      conditions: {
        ready: how === 'ready',
        serving: how === 'ready' || how === 'draining',
        terminating: how === 'draining' || how === 'unready-draining',
      },
    };
  });
  return { ...event, object: { ...event.object, endpoints: list } };
};

const find = async (events: readonly NewHistoryEvent[], code: string): Promise<Finding | undefined> =>
  aboutStrategy(await analyzeShutdown([step.facts('a'), ...events]))[code];

describe('a single replica', () => {
  const three = (['a', 'b', 'c'] as const).map((key) => podOf(key, 100, ownedBy('rs')));

  it('is not what the clean-up makes of three, whose owner it deletes', async () => {
    const orphaned = (['b', 'c'] as const).map((key) => podOf(key, 61_200, ownedBy(null), 'MODIFIED'));
    const gone = (['b', 'c'] as const).map((key) => podOf(key, 61_900, ownedBy(null), 'DELETED'));
    expect(await find([...three, ...orphaned, ...gone], 'preflight-single-replica')).toBeUndefined();
  });

  it('is not what a deletion that orphans makes of three, after the disruption', async () => {
    const orphaned = (['b', 'c'] as const).map((key) => podOf(key, 1100, ownedBy(null), 'MODIFIED'));
    expect(await find([...three, ...orphaned], 'preflight-single-replica')).toBeUndefined();
  });

  it('is reported where the other Pods had gone before, or came only afterwards', async () => {
    const before = [
      podOf('a', 100, ownedBy('rs')),
      podOf('b', 100, ownedBy('rs')),
      podOf('b', 800, ownedBy('rs'), 'DELETED'),
      podOf('c', 1200, ownedBy('rs'), 'ADDED'),
    ];
    expect(await find(before, 'preflight-single-replica')).toBeDefined();
  });

  const single = [
    podOf('a', 100, ownedBy('rs')),
    slice(110, 1, { a: 'ready' }),
    slice(1030, 2, { a: 'draining' }),
    podOf('c', 1050, ownedBy('rs'), 'ADDED', { ready: false }),
  ];
  const ready = podOf('c', 6480, ownedBy('rs'), 'MODIFIED', { ready: true });

  it('that bridges the time until its replacement is Ready is no accusation', async () => {
    const bridged = [...single, ready, slice(6502, 3, { a: 'draining', c: 'ready' })];
    expect(await find(bridged, 'preflight-single-replica')).toMatchObject({
      severity: 'info',
      message:
        'There is a single replica: until its replacement is Ready, nobody but the Pod that goes can answer. Measured: the replacement was Ready 5.48 s after the disruption, and there was a Pod to send to all the time.',
    });
  });

  it('is told without a measurement where the disruption was never begun', async () => {
    const finding = {
      code: 'disruption-impossible',
      severity: 'void',
      message: 'It was not begun.',
    } as const;
    const trial = await analyzeShutdown([step.facts('a'), ...single], { record: { findings: [finding] } });
    expect(aboutStrategy(trial)['preflight-single-replica']?.message).toMatch(/can answer\.$/);
  });

  it('that leaves a gap before its replacement is reported with the length of that gap', async () => {
    const broken = [
      ...single,
      slice(1160, 3, { a: 'unready-draining' }),
      ready,
      slice(6502, 4, { a: 'unready-draining', c: 'ready' }),
    ];
    const finding = await find(broken, 'preflight-single-replica');
    expect(finding?.severity).toBe('warning');
    expect(finding?.message).toMatch(/after the disruption, and for 5\.34 s there was no Pod to send to\.$/);
  });
});

describe('the last Pod of a Service', () => {
  const single = [
    podOf('a', 100),
    slice(110, 1, { a: 'ready' }),
    slice(1030, 2, { a: 'draining' }),
    podOf('c', 1050, {}, 'ADDED', { ready: false }),
  ];
  const back = slice(6092, 4, { a: 'unready-draining', c: 'ready' });

  it('that its own probe takes out while it serves on is said to have been lost needlessly', async () => {
    const flipped = [
      ...single,
      step.kubelet('a', 'probe-failed', 1061),
      slice(1157, 3, { a: 'unready-draining' }),
      back,
      step.listener('a', 'CLOSE', 13_030),
      step.exit('a', 13_038),
    ];
    expect((await find(flipped, 'shutdown-nobody-left'))?.message).toBe(
      'There was no Pod to send to from +157 ms to +5.09 s. Pod web-a, the last one, was taken out by its failing readiness probe, although it listened until +12.0 s. It need not have been: while no other Pod is ready, one that terminates is sent to as long as it stays ready.',
    );
  });

  it('is not said to have been lost needlessly where it had ended by then, or nobody saw it serve on', async () => {
    const ended = [
      ...single,
      step.listener('a', 'CLOSE', 1062),
      step.exit('a', 1081),
      slice(1966, 3, {}),
      slice(6958, 4, { c: 'ready' }),
    ];
    expect((await find(ended, 'shutdown-nobody-left'))?.message).toBe(
      'There was no Pod to send to from +966 ms to +5.96 s.',
    );
    const unseen = [...single, slice(1157, 3, { a: 'unready-draining' }), back];
    expect((await find(unseen, 'shutdown-nobody-left'))?.message).toBe(
      'There was no Pod to send to from +157 ms to +5.09 s.',
    );
  });

  it('that was not to go at all is named with what its probe said', async () => {
    const survivors = [
      podOf('a', 100),
      podOf('b', 100),
      slice(110, 1, { a: 'ready', b: 'ready' }),
      slice(1030, 2, { a: 'draining', b: 'ready' }),
      slice(1060, 3, { b: 'ready' }),
      step.event(
        { kind: 'Pod', name: 'web-b', uid: 'uid-b' },
        'Unhealthy',
        'Readiness probe failed: HTTP probe failed with statuscode: 503',
        3010,
      ),
      slice(3020, 4, { b: 'not-ready' }),
      slice(5020, 5, { b: 'ready' }),
    ];
    expect((await find(survivors, 'shutdown-nobody-left'))?.message).toBe(
      'There was no Pod to send to from +2.02 s to +4.02 s. Pod web-b, which was not to go, was no longer ready (“Readiness probe failed: HTTP probe failed with statuscode: 503”).',
    );
  });

  it('is not missed for a moment that is shorter than what is known of it', async () => {
    const brief = [...single, slice(1157, 3, { a: 'unready-draining' }), slice(1159, 4, { c: 'ready' })];
    expect(await find(brief, 'shutdown-nobody-left')).toBeUndefined();
  });

  it('is not missed before the disruption, nor when the trial is tidied away', async () => {
    const tidied = [
      podOf('a', 100),
      slice(110, 1, { a: 'not-ready' }),
      slice(120, 2, { a: 'ready', b: 'ready' }),
      slice(61_200, 3, {}),
    ];
    expect(await find(tidied, 'shutdown-nobody-left')).toBeUndefined();
  });

  it('that never came back is missed until the load was stopped', async () => {
    const never = [...single, slice(1157, 3, { a: 'unready-draining' })];
    expect((await find(never, 'shutdown-nobody-left'))?.message).toBe(
      'There was no Pod to send to from +157 ms to +60.0 s, when the load was stopped.',
    );
  });
});

describe('a Pod as it was at a moment', () => {
  const versions = numbered([
    podOf('a', 100, { graceSeconds: 10 }),
    podOf('a', 300, { graceSeconds: 20 }, 'MODIFIED'),
    podOf('b', 400, {}, 'ADDED'),
    podOf('a', 500, {}, 'DELETED'),
    podOf('a', 900, { graceSeconds: 99 }, 'MODIFIED'),
  ]);
  const pods = new PodsAsOf(objectSightings(versions, 'ns'), 800 * NS_PER_MS);
  const grace = (atMs?: number): unknown =>
    pods.of('uid-a', atMs === undefined ? undefined : atMs * NS_PER_MS)?.object['spec'];

  it('is the newest version until then, and never one of the clean-up', () => {
    expect(grace(200)).toMatchObject({ terminationGracePeriodSeconds: 10 });
    expect(grace(350)).toMatchObject({ terminationGracePeriodSeconds: 20 });
    expect(grace()).toMatchObject({ terminationGracePeriodSeconds: 30 });
    expect(grace(5000)).toMatchObject({ terminationGracePeriodSeconds: 30 });
  });

  it('was there before it was first listed, but not before it was added', () => {
    expect(grace(50)).toMatchObject({ terminationGracePeriodSeconds: 10 });
    expect(pods.of('uid-b', 50 * NS_PER_MS)).toBeUndefined();
    const there = (atMs: number): readonly string[] => pods.there(atMs * NS_PER_MS).map(({ uid }) => uid);
    expect([there(50), there(450), there(600)]).toEqual([['uid-a'], ['uid-a', 'uid-b'], ['uid-b']]);
  });
});
