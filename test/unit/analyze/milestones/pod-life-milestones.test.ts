import { describe, expect, it } from 'vitest';

import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { KubeletStep, NewHistoryEvent, ObjectEvent } from '../../../../src/model/history-event.ts';
import type { Milestone } from '../../../../src/model/milestone.ts';
import { analyzeScene } from '../attribution/attribute-scene.ts';
import { numbered, scene as s } from '../attribution/write-scene.ts';
import { failed } from '../build-history.ts';

const FRAME: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.slice(110, 1, { a: 'ready', b: 'ready' }),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.action('a', 'accepted', 1040),
  s.phase('stop-load', 4000),
  s.phase('clean-up', 4100),
];

async function milestonesOf(...events: readonly NewHistoryEvent[]): Promise<readonly Milestone[]> {
  return (await analyzeScene(numbered([...FRAME, ...events]), failed(1, 1100))).milestones;
}

const brief = (milestones: readonly Milestone[]): readonly string[] =>
  milestones
    .filter(({ name }) => !name.startsWith('delete-'))
    .map(({ name, container, atNs, detail }) =>
      [name, container ?? '-', atNs / NS_PER_MS, ...(detail === undefined ? [] : [detail])].join(' '),
    );

const kubelet = (step: KubeletStep, atMs: number, more: object = {}): NewHistoryEvent => ({
  type: 'kubelet',
  atNs: atMs * NS_PER_MS,
  uncertaintyNs: NS_PER_MS,
  source: 'kubelet',
  node: 'node1',
  step,
  podUid: 'uid-a',
  container: null,
  subject: null,
  ...more,
});

const claim = (
  change: ObjectEvent['change'],
  name: string,
  atMs: number,
  owner?: string,
): NewHistoryEvent => ({
  type: 'object',
  atNs: atMs * NS_PER_MS,
  uncertaintyNs: NS_PER_MS,
  source: 'api-watch',
  change,
  kind: 'PersistentVolumeClaim',
  namespace: 'ns',
  name,
  uid: name,
  resourceVersion: String(atMs),
  object: {
    metadata: { name, ...(owner === undefined ? {} : { ownerReferences: [{ kind: 'Pod', uid: owner }] }) },
    spec: { volumeName: `pv-${name}` },
  },
});

describe('a Pod’s end', () => {
  it('is told step by step by its kubelet, whatever kind of hook it has', async () => {
    const found = await milestonesOf(
      kubelet('termination-started', 1016),
      kubelet('prestop-started', 1019, { container: 'app' }),
      kubelet('probe-passed', 1500, { container: 'app', subject: 'Readiness' }),
      kubelet('probe-failed', 2500, { container: 'app', subject: 'Readiness' }),
      kubelet('probe-failed', 2600, { container: 'app', subject: 'Readiness' }),
      kubelet('prestop-ended', 3019, { container: 'app' }),
      kubelet('stop-requested', 3020, { container: 'app', graceSeconds: 27 }),
      kubelet('volume-unmounted', 3500, { subject: 'cache' }),
    );
    expect(brief(found)).toEqual([
      'termination-started - 1016',
      'prestop-started app 1019',
      'last-probe-passed app 1500 Readiness',
      'probe-failed app 2500 Readiness',
      'prestop-ended app 3019',
      'stop-requested app 3020 27 s to end',
      'volume-unmounted - 3500 cache',
    ]);
  });

  it('says of a hook that the grace period cut off that it was given up', async () => {
    const found = await milestonesOf(kubelet('prestop-overran', 3000, { container: 'app', graceSeconds: 2 }));
    expect(brief(found)).toEqual(['prestop-ended app 3000 given up: the grace period was over']);
  });

  it('names a volume by its claim', async () => {
    const found = await milestonesOf(
      claim('ADDED', 'data-a', 200),
      kubelet('volume-unmounted', 3500, { subject: 'pv-data-a' }),
    );
    expect(brief(found)).toEqual(['volume-unmounted - 3500 claim data-a']);
  });

  it('has its dependents collected, and claims of others are no business of its', async () => {
    const found = await milestonesOf(
      claim('DELETED', 'a-scratch', 3600, 'uid-a'),
      claim('DELETED', 'b-scratch', 3700, 'uid-b'),
    );
    expect(brief(found)).toEqual(['dependent-collected - 3600 claim a-scratch']);
  });

  it('is over in etcd at the revision of its removal, although its name is given again', async () => {
    const gone = s.pod('DELETED', 'a', 3550);
    const record = (revision: string, atMs: number): NewHistoryEvent => ({
      type: 'record-gone',
      atNs: atMs * NS_PER_MS,
      uncertaintyNs: NS_PER_MS,
      source: 'etcd',
      resource: 'pods',
      namespace: 'ns',
      name: 'web-a',
      revision,
    });
    const revision = gone.type === 'object' ? gone.resourceVersion : '';
    const found = await milestonesOf(gone, record(revision, 3549));
    expect(brief(found)).toContain('record-gone - 3549');
  });

  it('has a phase that it ends in', async () => {
    const failed = s.pod('MODIFIED', 'a', 3400, { deleting: true });
    if (failed.type !== 'object') throw new Error('no object');
    const object = { ...failed.object, status: { phase: 'Failed' } };
    expect(brief(await milestonesOf({ ...failed, object }))).toContain('phase-ended - 3400 Failed');
  });

  it('may take the volume behind its claim with it', async () => {
    const record: NewHistoryEvent = {
      type: 'record-gone',
      atNs: 3700 * NS_PER_MS,
      uncertaintyNs: NS_PER_MS,
      source: 'etcd',
      resource: 'persistentvolumes',
      namespace: null,
      name: 'pv-data-a',
      revision: '9',
    };
    const listed = s.pod('LISTED', 'a', 50, { ready: true });
    if (listed.type !== 'object') throw new Error('no object');
    const spec = {
      ...(listed.object['spec'] as object),
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-a' } }],
    };
    const withClaim = { ...listed, object: { ...listed.object, spec } };
    const found = await milestonesOf(withClaim, claim('ADDED', 'data-a', 200), record);
    expect(brief(found)).toEqual(['volume-deleted - 3700 pv-data-a']);
  });

  it('takes its logs with it', async () => {
    const log = (stage: 'ended' | 'refused', atMs: number, httpStatus?: number): NewHistoryEvent => ({
      type: 'container-log',
      atNs: atMs * NS_PER_MS,
      uncertaintyNs: NS_PER_MS,
      source: 'app-log',
      pod: 'web-a',
      podUid: 'uid-a',
      container: 'app',
      stage,
      ...(httpStatus === undefined ? {} : { httpStatus }),
    });
    expect(brief(await milestonesOf(log('ended', 3300), log('refused', 3600, 404)))).toEqual([
      'log-complete app 3300',
      'log-gone app 3600',
    ]);
    // A Pod of the same name has come: what is refused is not about the one that went.
    expect(brief(await milestonesOf(log('refused', 3600, 400)))).toEqual([]);
  });
});
