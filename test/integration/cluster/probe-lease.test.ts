import { afterEach, expect, it } from 'vitest';

import { probeLease } from '../../../src/workload/probe-lease.ts';
import { leaseOwner, type LeaseOwner } from '../../../src/workload/lease-holder.ts';
import { EXPIRES_ANNOTATION, LABELS, OWNER_ANNOTATION } from '../../../src/workload/ownership.ts';
import { scriptedApi, type ScriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();
const HOUR_MS = 3_600_000;
const ELSEWHERE = { pid: 1, startTicks: '1', bootId: 'of another machine', pidNamespace: 'pid:[1]' };
let api: ScriptedApi;
afterEach(() => api.close());

/** The Lease of run r1 as the API server tells of it at its `look`-th look. */
async function ask(leaseAt: (look: number) => object, owner: LeaseOwner = leaseOwner()) {
  let looks = 0;
  api = await scriptedApi(() => leaseAt(++looks));
  return probeLease(api.kubeConfig, 'team', { runId: 'r1', owner, signal });
}

function lease(resourceVersion: number, renewedMs: number, owner: object = ELSEWHERE, run = 'r1'): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'drainbench',
      resourceVersion: String(resourceVersion),
      labels: { [LABELS.run]: run },
      annotations: {
        [OWNER_ANNOTATION]: JSON.stringify(owner),
        [EXPIRES_ANNOTATION]: new Date(renewedMs + 6 * HOUR_MS).toISOString(),
      },
    },
    // Two seconds, so that nobody has to wait for 15.
    spec: {
      holderIdentity: `run ${run}`,
      leaseDurationSeconds: 2,
      renewTime: new Date(renewedMs).toISOString(),
    },
  };
}

it.each([
  ['seven hours behind', -7 * HOUR_MS],
  ['at the same time', 0],
  ['seven hours ahead', 7 * HOUR_MS],
])('a Lease that changes is alive although the clock of its holder is %s', async (_how, offsetMs) => {
  const { alive } = await ask((look) => lease(look < 2 ? 1 : 2, Date.now() + offsetMs));
  expect(alive).toBe('its Lease in namespace team is renewed');
});

it.each([
  ['seven hours behind', -7 * HOUR_MS],
  ['seven hours ahead', 7 * HOUR_MS],
])(
  'a Lease that does not change for its duration is dead although the clock of its holder is %s, and says until when what it protected is to stay',
  async (_how, offsetMs) => {
    const renewedMs = Date.now() + offsetMs;
    const { alive, expiresAt } = await ask(() => lease(1, renewedMs));
    expect(alive).toBeNull();
    expect(expiresAt).toEqual(new Date(renewedMs + 6 * HOUR_MS));
    expect(api.seen.length).toBeGreaterThan(1);
  },
);

it('a Lease whose process this machine sees is alive at once, one whose process is gone is dead at once', async () => {
  const { identity } = leaseOwner();
  const here = await ask(() => lease(1, 0, identity));
  expect(here.alive).toBe(`process ${process.pid} of this machine goes on with it`);
  api.close();
  const gone = await ask(() => lease(1, Date.now(), { ...identity, startTicks: '1' }));
  expect(gone.alive).toBeNull();
  expect(api.seen).toHaveLength(1);
});

it('a Lease that may not be looked at does not pass for a dead one', async () => {
  const forbidden = {
    kind: 'Status',
    status: 'Failure',
    code: 403,
    reason: 'Forbidden',
    message: 'no right',
  };
  const { alive } = await ask(() => forbidden);
  expect(alive).toBe('whether its Lease in namespace team is renewed is not known: no right');
});

it('no Lease, or another run’s, says nothing', async () => {
  const missing = { kind: 'Status', status: 'Failure', code: 404, reason: 'NotFound', message: 'none' };
  expect(await ask(() => missing)).toEqual({ alive: null, expiresAt: null });
  api.close();
  expect(await ask((look) => lease(look, Date.now(), ELSEWHERE, 'r2'))).toEqual({
    alive: null,
    expiresAt: null,
  });
});
