import { describe, expect, it } from 'vitest';

import { leftover, type Leftover } from '../../../../src/run/clean/find-leftovers.ts';
import { judgeLeftovers, type CleanRequest } from '../../../../src/run/clean/judge-leftovers.ts';
import { buildNamespace } from '../../../../src/workload/build-namespace.ts';
import { buildService } from '../../../../src/workload/build-service.ts';
import type { KubeObject } from '../../../../src/workload/kube-object.ts';
import type { LeaseSigns } from '../../../../src/workload/probe-lease.ts';
import type { LeaseOwner } from '../../../../src/workload/lease-holder.ts';
import { OWNER_ANNOTATION } from '../../../../src/workload/ownership.ts';

const EXPIRED = new Date('2026-11-28T06:00:00Z');
const NOW_MS = Date.parse('2026-11-28T08:00:00Z');
const MADE_MS = EXPIRED.getTime() - 6 * 3_600_000;
const TRIAL = { runId: 'r1', trialId: '001-a', namespace: 'team', expiresAt: EXPIRED };
const OWN = 'drainbench-a1b2c3-9x8y';

/** An object as a run wrote it and a cluster has it; `changed`: what somebody did to it on the way. */
function onCluster(object: KubeObject, createdMs = MADE_MS, changed: object = {}): Leftover {
  const metadata = {
    ...object.metadata,
    name: object.metadata?.name ?? '',
    uid: `uid of ${object.metadata?.name ?? ''}`,
    creationTimestamp: new Date(createdMs).toISOString(),
    ...changed,
  };
  return leftover(object.apiVersion ?? '', object.kind ?? '', { metadata });
}

const service = (createdMs?: number, changed?: object) =>
  onCluster(buildService('t001-a', 8080, TRIAL), createdMs, changed);
const namespace = (runId: string, owner: unknown, changed?: object) =>
  onCluster(buildNamespace(OWN, runId, EXPIRED, owner), MADE_MS, changed);

const judge = (
  found: readonly Leftover[],
  request: CleanRequest = { kind: 'expired' },
  nowMs = NOW_MS,
  witness?: LeaseSigns,
) => {
  const witnesses = new Map(witness === undefined ? [] : [['r1', witness]]);
  const { remove, leave } = judgeLeftovers(found, request, nowMs, witnesses);
  return { remove: remove.map(({ name }) => name), left: leave.map(({ why }) => why) };
};

describe('without a journal', () => {
  it('what a run made and has expired is removed', () => {
    expect(judge([service()])).toEqual({ remove: ['t001-a'], left: [] });
    expect(judge([service()], { kind: 'run', runId: 'r1', journal: null }).remove).toEqual(['t001-a']);
    expect(judge([namespace('r1', null)]).remove).toEqual([OWN]);
  });

  it('what has not expired is left', () => {
    expect(judge([service()], { kind: 'expired' }, EXPIRED.getTime() - 1).left).toEqual([
      'it expires at 2026-11-28T06:00:00.000Z',
    ]);
  });

  it.each([
    ['under another name', { name: 'shop' }],
    ['in another namespace', { namespace: 'elsewhere' }],
  ])('a copy %s is left', (_how, changed) => {
    const { remove, left } = judge([service(MADE_MS, changed)]);
    expect(remove).toEqual([]);
    expect(left).toEqual(['it is a copy of Service/team/t001-a']);
  });

  it('a copy of another kind is left', () => {
    const copied = { ...service(), kind: 'Endpoints' };
    expect(judge([copied]).left).toEqual(['it is a copy of Service/team/t001-a']);
  });

  it('a copy with the very same name that was created after it should have been gone is left', () => {
    for (const request of [{ kind: 'expired' }, { kind: 'run', runId: 'r1', journal: null }] as const) {
      const { remove, left } = judge([service(EXPIRED.getTime() + 60_000)], request);
      expect(remove).toEqual([]);
      expect(left[0]).toMatch(/^it is a copy: created at /);
    }
  });

  it.each([3, 3600])(
    'what a run made whose clock is %i s ahead of the cluster is no copy and is removed',
    (aheadS) => {
      expect(judge([service(MADE_MS - aheadS * 1000)]).remove).toEqual(['t001-a']);
    },
  );

  it('what carries only the labels, and an expiry, is left', () => {
    const annotations = { 'drainbench.dev/expires': EXPIRED.toISOString() };
    expect(judge([service(MADE_MS, { annotations })]).left).toEqual(['it does not say what it was made as']);
    expect(judge([service(MADE_MS, { annotations: {} })]).left).toEqual(['it does not say when it expires']);
  });

  it('a namespace that no run made is left, whatever it says', () => {
    const renamed = { name: 'shop' };
    expect(judge([namespace('r1', null, renamed)]).left).toEqual([
      'no run made this namespace, whatever its labels say',
    ]);
  });
});

describe('of runs whose process is gone from this machine', () => {
  const process_ = (pid: number) => ({ pid, startTicks: '1', bootId: 'b', pidNamespace: 'p' });
  const owner: LeaseOwner = {
    identity: process_(1),
    knowsDead: (other) => other?.pid === 13,
    knowsAlive: (other) => other?.pid === 7,
  };
  const dead = (found: readonly Leftover[]) =>
    judge(found, { kind: 'dead', owner }, EXPIRED.getTime() - 1).remove;

  it('all is removed that they made, expired or not', () => {
    expect(dead([namespace('r1', process_(13)), service()])).toEqual([OWN, 't001-a']);
    expect(dead([namespace('r1', process_(8)), service()])).toEqual([]);
  });

  it('nothing is removed of one that goes on in another process', () => {
    const resumed = { ...namespace('r1', process_(7)), uid: 'another' };
    expect(dead([namespace('r1', process_(13)), resumed, service()])).toEqual([]);
  });

  it('a copy does not make a run pass for dead', () => {
    const annotations = { [OWNER_ANNOTATION]: JSON.stringify(process_(13)) };
    const forged = service(MADE_MS, { name: 'forged', annotations });
    expect(dead([forged, service()])).toEqual([]);
  });
});

describe('of a run that goes on', () => {
  const alive: LeaseSigns = { alive: 'its Lease in namespace team is renewed', expiresAt: null };
  const owner: LeaseOwner = {
    identity: { pid: 1, startTicks: '1', bootId: 'b', pidNamespace: 'p' },
    knowsDead: () => true,
    knowsAlive: () => false,
  };
  const journalled = { apiVersion: 'v1', kind: 'Service', namespace: 'team', name: 't001-a', at: '' };

  it.each<CleanRequest>([
    { kind: 'expired' },
    { kind: 'dead', owner },
    { kind: 'run', runId: 'r1', journal: null },
    { kind: 'run', runId: 'r1', journal: [{ ...journalled, uid: service().uid }] },
  ])('nothing is removed, expired or not: %j', (request) => {
    expect(judge([namespace('r1', null), service()], request, NOW_MS, alive)).toEqual({
      remove: [],
      left: Array(2).fill('the run may go on: its Lease in namespace team is renewed'),
    });
  });

  it('what it made long ago expires only so long after the last renewal of its Lease', () => {
    const renewedUntil = { alive: null, expiresAt: new Date(NOW_MS + 60_000) };
    expect(judge([service()], { kind: 'expired' }, NOW_MS, renewedUntil).left).toEqual([
      'it expires at 2026-11-28T08:01:00.000Z',
    ]);
    expect(judge([service()], { kind: 'expired' }, NOW_MS + 61_000, renewedUntil).remove).toEqual(['t001-a']);
  });
});

describe('with a journal', () => {
  const [apiVersion, kind, name] = ['v1', 'Service', 't001-a'];
  const at = new Date(MADE_MS).toISOString();
  const entry = { apiVersion, kind, namespace: 'team', name, at };

  it('its UID is the proof: neither labels nor times are looked at', () => {
    const { uid } = service();
    const request = { kind: 'run', runId: 'r1', journal: [{ ...entry, uid }] } as const;
    expect(judge([service(MADE_MS, { annotations: {} })], request).remove).toEqual([name]);
    expect(judge([{ ...service(), uid: 'another' }], request)).toEqual({
      remove: [],
      left: ["the run's journal does not know it: labels alone prove nothing"],
    });
  });

  it('what was asked for, and never answered, is the run’s although its clock is 3 s ahead', () => {
    const request = { kind: 'run', runId: 'r1', journal: [{ ...entry, uid: null }] } as const;
    expect(judge([service(MADE_MS - 3_000)], request).remove).toEqual([name]);
  });
});
