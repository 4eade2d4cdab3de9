import { describe, expect, it } from 'vitest';

import { leftover, type Leftover } from '../../../../src/run/clean/find-leftovers.ts';
import { judgeLeftovers, type CleanRequest } from '../../../../src/run/clean/judge-leftovers.ts';
import { buildNamespace } from '../../../../src/workload/build-namespace.ts';
import { buildService } from '../../../../src/workload/build-service.ts';
import type { KubeObject } from '../../../../src/workload/kube-object.ts';
import type { LeaseOwner } from '../../../../src/workload/lease-holder.ts';
import { LIFETIME_MS, OWNER_ANNOTATION } from '../../../../src/workload/ownership.ts';

const EXPIRED = new Date('2026-11-28T06:00:00Z');
const NOW_MS = Date.parse('2026-11-28T08:00:00Z');
const MADE_MS = EXPIRED.getTime() - LIFETIME_MS + 60_000;
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

const judge = (found: readonly Leftover[], request: CleanRequest = { kind: 'expired' }, nowMs = NOW_MS) => {
  const { remove, leave } = judgeLeftovers(found, request, nowMs);
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

  it.each([
    ['after it should have been gone', EXPIRED.getTime() + 60_000],
    ['before there was such a run', MADE_MS - 2 * 60_000],
  ])('a copy with the very same name that was created %s is left', (_when, createdMs) => {
    for (const request of [{ kind: 'expired' }, { kind: 'run', runId: 'r1', journal: null }] as const) {
      const { remove, left } = judge([service(createdMs)], request);
      expect(remove).toEqual([]);
      expect(left[0]).toMatch(/^it is a copy: created at /);
    }
  });

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
});
