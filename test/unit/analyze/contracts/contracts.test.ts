import { describe, expect, it } from 'vitest';

import { assertContracts, contractFindings } from '../../../../src/analyze/contracts/assert-contracts.ts';
import { containerEnds } from '../../../../src/analyze/milestones/container-ends.ts';
import { hookFates } from '../../../../src/analyze/milestones/hook-fates.ts';
import { PodsAsOf } from '../../../../src/analyze/objects/pods-as-of.ts';
import { CONTRACTS, type ContractResult } from '../../../../src/model/contract.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { HistoryEvent, KubeletEvent } from '../../../../src/model/history-event.ts';
import type { Milestone, MilestoneName } from '../../../../src/model/milestone.ts';
import { planned, trialRecord } from '../build-history.ts';

const ms = (value: number) => Math.round(value * NS_PER_MS);

/** A Pod with a hook, two sidecars, a claim of its own and one that it names. */
const POD = {
  metadata: { name: 'web-a', uid: 'a' },
  spec: {
    initContainers: [
      { name: 'first', restartPolicy: 'Always' },
      { name: 'second', restartPolicy: 'Always' },
      { name: 'prepare' },
    ],
    containers: [{ name: 'app', lifecycle: { preStop: { sleep: { seconds: 3 } } } }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-a' } }],
  },
};

function step(
  name: MilestoneName,
  atMs: number,
  container: string | null = null,
  eventId: number | null = null,
): Milestone {
  const who = { pod: 'web-a', podUid: 'a', node: 'node-1', container };
  return { name, ...who, atNs: ms(atMs), uncertaintyNs: ms(1), source: 'kubelet', eventId };
}

function object(
  kind: 'Pod' | 'PersistentVolumeClaim',
  name: string,
  uid: string,
  body: Record<string, unknown>,
): HistoryEvent {
  const about = { change: 'ADDED', namespace: 'ns', resourceVersion: '1' } as const;
  const when = { id: 1, atNs: ms(1), uncertaintyNs: 0, source: 'api-watch' } as const;
  return { type: 'object', ...when, ...about, kind, name, uid, object: body };
}

const POD_SEEN = object('Pod', 'web-a', 'a', POD);

function asserted(
  milestones: readonly Milestone[],
  more: { events?: readonly HistoryEvent[]; force?: boolean; restart?: boolean } = {},
): readonly ContractResult[] {
  const events = [POD_SEEN, ...(more.events ?? [])];
  const record = trialRecord({
    ...(more.force === true && { trial: planned({ disruption: { type: 'force-delete' } }) }),
    ...(more.restart === true && {
      trial: planned({ disruption: { type: 'restart-kubelet', afterMs: 1000 } }),
    }),
  });
  const sighting = {
    ...POD_SEEN,
    change: 'ADDED',
    kind: 'Pod',
    name: 'web-a',
    uid: 'a',
    eventId: 1,
  } as const;
  const pods = new PodsAsOf([{ ...sighting, object: POD }], null);
  const ends = containerEnds(record.victims, pods, milestones);
  return assertContracts({
    ...{ record, events, victims: record.victims, pods, milestones },
    hookFates: hookFates(ends, pods, milestones),
  });
}

const states = (results: readonly ContractResult[], contract: string) =>
  results
    .filter((each) => each.contract === contract)
    .map(({ container, state }) => `${container ?? '-'} ${state}`);

describe('a contract', () => {
  it('on hooks is broken by a stop signal before the end of the hook, and open within the uncertainty', () => {
    const told = (sentMs: number) =>
      states(
        asserted([step('prestop-ended', 3000, 'app'), step('signal-sent', sentMs, 'app')]),
        'signal-after-prestop',
      );
    expect(told(3010)).toEqual(['app held']);
    expect(told(2990)).toEqual(['app broken']);
    expect(told(3001)).toEqual(['app not-observed']);
    expect(states(asserted([step('signal-sent', 1, 'app')]), 'signal-after-prestop')).toEqual([
      'app not-observed',
    ]);
  });

  it('on sidecars wants them stopped after the containers, the last one started first', () => {
    const exits = [step('process-exited', 3100, 'app'), step('process-exited', 3200, 'second')];
    const told = (firstMs: number, secondMs: number) =>
      states(
        asserted([...exits, step('signal-sent', firstMs, 'first'), step('signal-sent', secondMs, 'second')]),
        'sidecars-last',
      );
    expect(told(3210, 3110)).toEqual(['first held', 'second held']);
    expect(told(3110, 3110)).toEqual(['first broken', 'second held']);
    expect(told(3210, 3000)).toEqual(['first held', 'second broken']);
    expect(states(asserted([step('signal-sent', 3000, 'second')]), 'sidecars-last')).toEqual([
      'first not-observed',
      'second not-observed',
    ]);
  });

  it('on hooks and sidecars lets go of both when the grace period is over', () => {
    const began = [step('delete-received', 1000), step('termination-started', 1020)];
    const told = (sentMs: number) => {
      const results = asserted([
        ...began,
        step('signal-sent', sentMs, 'app'),
        step('signal-sent', sentMs, 'first'),
        step('signal-sent', sentMs, 'second'),
        step('prestop-ended', 33_500, 'app'),
        step('process-exited', 33_510, 'app'),
        step('process-exited', 33_520, 'second'),
      ]);
      return [...states(results, 'signal-after-prestop'), ...states(results, 'sidecars-last')];
    };
    expect(told(31_020)).toEqual(['app held', 'first held', 'second held']);
    expect(told(29_000)).toEqual(['app broken', 'first broken', 'second broken']);
  });

  it('on SIGKILL wants it when the time that the container was given is over', () => {
    const asked: HistoryEvent = {
      ...{ type: 'kubelet', id: 7, atNs: ms(3000), uncertaintyNs: ms(1), source: 'kubelet', node: 'node-1' },
      ...{ step: 'stop-requested', podUid: 'a', container: 'app', subject: null, graceSeconds: 2 },
    };
    const told = (killMs: number, events: readonly HistoryEvent[] = [asked]) =>
      states(
        asserted(
          [
            step('stop-requested', 3000, 'app', 7),
            step('signal-sent', 3010, 'app'),
            step('kill-sent', killMs, 'app'),
          ],
          { events },
        ),
        'kill-at-grace',
      );
    expect(told(5012)).toEqual(['app held']);
    expect(told(4500)).toEqual(['app broken']);
    expect(told(7000)).toEqual(['app broken']);
    expect(told(5012, [])).toEqual(['app not-observed']);
  });

  it('on a kubelet that was restarted wants the hook, the stop and the whole grace period once more', () => {
    const kubelet = (id: number, atMs: number, what: Partial<KubeletEvent>): HistoryEvent => ({
      ...{ type: 'kubelet', id, atNs: ms(atMs), uncertaintyNs: ms(1), source: 'kubelet', node: 'node-1' },
      ...{ step: 'stop-requested', podUid: 'a', container: 'app', subject: null, ...what },
    });
    const told = (graceAgain: number, killMs: number) => {
      const events: HistoryEvent[] = [
        kubelet(11, 1100, { step: 'prestop-started' }),
        kubelet(12, 4100, { step: 'prestop-ended' }),
        kubelet(13, 4110, { graceSeconds: 9 }),
        {
          ...{ type: 'action', id: 14, atNs: ms(5000), uncertaintyNs: 0, source: 'harness', kind: 'Node' },
          ...{ action: 'restart-kubelet', stage: 'requested', namespace: '', name: 'node-1', uid: '' },
        },
        kubelet(15, 6000, { step: 'prestop-started' }),
        kubelet(16, 9000, { step: 'prestop-ended' }),
        kubelet(17, 9010, { graceSeconds: graceAgain }),
      ];
      const milestones = [
        step('signal-sent', 4120, 'app'),
        step('prestop-ended', 9000, 'app', 16),
        step('stop-requested', 4110, 'app', 13),
        step('kill-sent', killMs, 'app'),
      ];
      const results = asserted(milestones, { events, restart: true });
      return ['signal-after-prestop', 'kill-at-grace', 'full-grace-again'].flatMap((name) =>
        states(results, name),
      );
    };
    expect(told(27, 36_020)).toEqual(['app held', 'app held', 'app held']);
    expect(told(9, 18_020)).toEqual(['app held', 'app held', 'app broken']);
    expect(told(27, 13_200)).toEqual(['app held', 'app broken', 'app held']);
  });

  it('on endpoints is broken by one that is terminating and still ready', () => {
    const told = (notReady: Milestone[]) =>
      states(asserted([step('slice-terminating', 1010, null, 3), ...notReady]), 'not-ready-once-terminating');
    expect(told([step('slice-not-ready', 1010, null, 3)])).toEqual(['- held']);
    expect(told([step('slice-not-ready', 1500, null, 4)])).toEqual(['- broken']);
    expect(told([])).toEqual(['- broken']);
  });

  it('on a force delete is broken by an object that waits for its kubelet', () => {
    const told = (goneMs: number) =>
      states(
        asserted([step('delete-received', 1000), step('pod-gone', goneMs)], { force: true }),
        'force-delete-at-once',
      );
    expect(told(1030)).toEqual(['- held']);
    expect(told(4000)).toEqual(['- broken']);
  });

  it('on what is left tells claims that stay from those that the Pod owns', () => {
    const owned = object('PersistentVolumeClaim', 'a-scratch', 'c', {
      metadata: { ownerReferences: [{ uid: 'a' }] },
    });
    const results = asserted([step('pod-gone', 3500), step('dependent-collected', 3900)], {
      events: [owned],
    });
    expect(states(results, 'claims-stay')).toEqual(['- held']);
    expect(states(results, 'dependents-go')).toEqual(['- held']);
    expect(states(asserted([step('claim-deleted', 3500)]), 'claims-stay')).toEqual(['- broken']);
    const cleanUp: HistoryEvent = {
      ...{ type: 'phase', phase: 'clean-up', id: 9, uncertaintyNs: 0, source: 'harness' },
      atNs: ms(20_000),
    };
    const kept = asserted([step('pod-gone', 3500)], { events: [owned, cleanUp] });
    expect(states(kept, 'dependents-go')).toEqual(['- broken']);
  });

  it('on etcd is broken by a record that outlives its object, where etcd was watched', () => {
    const other: HistoryEvent = {
      ...{ type: 'record-gone', id: 8, atNs: ms(3000), uncertaintyNs: 0, source: 'etcd' },
      ...{ resource: 'pods', namespace: 'ns', name: 'web-b', revision: '5' },
    };
    const gone = step('pod-gone', 3500);
    expect(states(asserted([gone]), 'record-goes-with-object')).toEqual([]);
    expect(states(asserted([gone], { events: [other] }), 'record-goes-with-object')).toEqual(['- broken']);
    expect(
      states(asserted([gone, step('record-gone', 3510)], { events: [other] }), 'record-goes-with-object'),
    ).toEqual(['- held']);
  });

  it('on logs is broken by one that goes before it was read to its end', () => {
    const complete = step('log-complete', 3300, 'app');
    const gone = step('log-gone', 3600, 'app');
    expect(states(asserted([complete, gone]), 'log-until-the-end')).toEqual(['app held']);
    expect(states(asserted([gone]), 'log-until-the-end')).toEqual(['app broken']);
    expect(states(asserted([]), 'log-until-the-end')).toEqual(['app not-observed']);
  });

  it('that is broken is a warning, and changes no verdict', () => {
    const broken = contractFindings(
      asserted([step('slice-terminating', 1010, null, 3), step('slice-not-ready', 1500, null, 4)]),
    );
    expect(broken).toMatchObject([{ code: 'contract-broken', severity: 'warning', eventIds: [3, 4] }]);
    expect(broken[0]?.message).toMatch(/^not-ready-once-terminating, Pod web-a: .*490 ms/);
  });

  it('is known by a name of the list', () => {
    const all = asserted([step('slice-terminating', 1010), step('kill-sent', 2000, 'app')]);
    expect(all.every(({ contract }) => CONTRACTS.includes(contract))).toBe(true);
  });
});
