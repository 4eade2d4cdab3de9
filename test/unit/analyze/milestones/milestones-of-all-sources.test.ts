import { describe, expect, it } from 'vitest';

import { bestMilestones } from '../../../../src/analyze/milestones/best-milestones.ts';
import { orderOf } from '../../../../src/analyze/times/order-of.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { Milestone, MilestoneName } from '../../../../src/model/milestone.ts';
import { failed, ms } from '../build-history.ts';
import { analyzeScene } from '../attribution/attribute-scene.ts';
import { numbered, scene as s } from '../attribution/write-scene.ts';

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
  const { milestones } = await analyzeScene(numbered([...FRAME, ...events]), failed(1, 1100));
  return milestones;
}

const brief = (milestones: readonly Milestone[], ...names: readonly MilestoneName[]): readonly string[] =>
  milestones
    .filter(({ name }) => names.includes(name))
    .map(
      ({ name, node, atNs, source }) => `${name} ${node ?? '-'} ${(atNs / NS_PER_MS).toFixed(1)} ${source}`,
    );

describe('a milestone', () => {
  it('of the audit log is when the server got the delete and answered, whatever the client saw', async () => {
    const found = await milestonesOf(s.auditDelete('a', 1003));
    expect(brief(found, 'delete-requested', 'delete-received', 'delete-accepted')).toEqual([
      'delete-requested node1 1000.0 harness',
      'delete-received node1 1003.0 api-audit',
      'delete-accepted node1 1005.0 api-audit',
    ]);
  });

  it('of an Event is when it was written, between its request and the answer; of what it tells, when it was told', async () => {
    const killing = (code: number): NewHistoryEvent =>
      ({
        ...s.auditDelete('a', 1010),
        atNs: ms(1030),
        requestReceivedNs: ms(1010),
        uncertaintyNs: ms(0.1),
        resource: 'events',
        verb: 'create',
        name: 'web-a.1',
        code,
        requestObject: {
          reason: 'Killing',
          involvedObject: { uid: 'uid-a', fieldPath: 'spec.containers{app}' },
        },
      }) as NewHistoryEvent;
    const about = (found: readonly Milestone[]) =>
      found
        .filter(({ name }) => name === 'event-recorded' || name === 'termination-started')
        .map(({ name, atNs, uncertaintyNs }) => [name, atNs / NS_PER_MS, uncertaintyNs / NS_PER_MS]);
    expect(about(await milestonesOf(killing(201)))).toEqual([
      ['termination-started', 1010, 0.1],
      ['event-recorded', 1020, 10.1],
    ]);
    // A namespace that goes takes no Events any more: the kubelet stops its container all the same.
    expect(about(await milestonesOf(killing(403)))).toEqual([['termination-started', 1010, 0.1]]);
  });

  it('of a process that the runtime once signalled is not the end of its container', async () => {
    const hook = { ...s.signal('a', 33, 1010), pid: 400, senderComm: 'runc:[2:INIT]' } as NewHistoryEvent;
    const over = { ...s.exit('a', 1025), pid: 400, comm: 'sleep' } as NewHistoryEvent;
    const found = await milestonesOf(hook, over);
    expect(brief(found, 'signal-sent', 'process-exited')).toEqual([]);
  });

  it('of a listener stands only where nobody is let in any more: another worker may have the port', async () => {
    const accepted = s.socket('a', 51_300, 'SYN_RECV', 'ESTABLISHED', 1050);
    expect(brief(await milestonesOf(s.listener('a', 'CLOSE', 1040), accepted), 'listener-closed')).toEqual(
      [],
    );
    const both = await milestonesOf(s.listener('a', 'CLOSE', 1040), accepted, s.listener('a', 'CLOSE', 1060));
    expect(brief(both, 'listener-closed')).toEqual(['listener-closed node1 1060.0 kernel-trace']);
  });

  it('of a listener is that of the last of several that were counted before the traffic', async () => {
    const facts = s.facts('a', 400);
    const counted = { ...facts, listeners: [{ address: '::', port: 8080, sockets: 2 }] } as NewHistoryEvent;
    const first = await milestonesOf(counted, s.listener('a', 'CLOSE', 1040));
    expect(brief(first, 'listener-closed')).toEqual([]);
    const both = await milestonesOf(counted, s.listener('a', 'CLOSE', 1040), s.listener('a', 'CLOSE', 1060));
    expect(brief(both, 'listener-closed')).toEqual(['listener-closed node1 1060.0 kernel-trace']);
  });

  it('of the kernel outweighs what the app says of itself', async () => {
    const found = await milestonesOf(s.stamp('a', 'listener-closed', 1040.4), s.listener('a', 'CLOSE', 1040));
    expect(brief(found, 'listener-closed')).toEqual(['listener-closed node1 1040.0 kernel-trace']);
  });

  it('tells a stop signal from SIGKILL, and the runtime’s kill from the kernel’s tidying up', async () => {
    const tidying = { ...s.signal('a', 9, 1061), senderComm: 'node' } as NewHistoryEvent;
    const asked = await milestonesOf(s.facts('a', 400), s.signal('a', 15, 1030), s.exit('a', 1060), tidying);
    expect(brief(asked, 'signal-sent', 'kill-sent', 'process-exited')).toEqual([
      'signal-sent node1 1030.0 kernel-trace',
      'process-exited node1 1060.0 kernel-trace',
    ]);
    const killed = await milestonesOf(s.signal('a', 15, 1030), s.signal('a', 9, 3030), s.exit('a', 3031));
    expect(brief(killed, 'kill-sent')).toEqual(['kill-sent node1 3030.0 kernel-trace']);
  });

  it('of SIGKILL is that of process 1, not of a probe that took too long', async () => {
    const probe = { ...s.signal('a', 9, 1500), pid: 140, senderComm: 'containerd-shim' } as NewHistoryEvent;
    const found = await milestonesOf(
      s.facts('a', 400),
      s.signal('a', 15, 1030),
      probe,
      s.signal('a', 9, 3030),
    );
    expect(brief(found, 'kill-sent')).toEqual(['kill-sent node1 3030.0 kernel-trace']);
    const unread = await milestonesOf(s.signal('a', 15, 1030), probe);
    expect(brief(unread, 'kill-sent')).toEqual([]);
  });

  it('of a delete without a grace period is no removal as long as a finalizer keeps the Pod', async () => {
    const deleted = (finalizers: readonly string[]): NewHistoryEvent => {
      const metadata = { name: 'web-a', uid: 'uid-a', deletionTimestamp: '2025-01-01T00:00:00Z', finalizers };
      const about = { requestObject: { gracePeriodSeconds: 0 }, responseObject: { kind: 'Pod', metadata } };
      return { ...s.auditDelete('a', 1100), ...about };
    };
    expect(brief(await milestonesOf(deleted(['example.com/keep'])), 'pod-gone')).toEqual([]);
    expect(brief(await milestonesOf(deleted([])), 'pod-gone')).toEqual(['pod-gone - 1101.0 api-audit']);
  });

  it('of a refused delete says why', async () => {
    const status = {
      kind: 'Status',
      message: 'Cannot evict pod as it would violate the pod’s disruption budget.',
      details: {
        causes: [{ message: 'The disruption budget web needs 2 healthy pods and has 2 currently' }],
      },
    };
    const refused = { ...s.auditDelete('a', 1100), code: 429, responseObject: status } as NewHistoryEvent;
    const found = await milestonesOf(refused);
    expect(found.find(({ name }) => name === 'delete-refused')?.detail).toBe(
      'Cannot evict pod as it would violate the pod’s disruption budget. The disruption budget web needs 2 healthy pods and has 2 currently',
    );
  });

  it('of a route is each node’s own, and the last where a route flaps', async () => {
    const found = await milestonesOf(
      s.route('node1', 'removed', 'a', 1050),
      s.route('node1', 'added', 'a', 1055),
      s.route('node1', 'removed', 'a', 1080),
      s.route('node2', 'removed', 'a', 1060),
    );
    expect(brief(found, 'route-removed')).toEqual([
      'route-removed node2 1060.0 dataplane',
      'route-removed node1 1080.0 dataplane',
    ]);
  });

  it('of a route is that of the app’s own Service, whatever others lead to the same Pod', async () => {
    const other = {
      ...s.route('node1', 'removed', 'a', 1500),
      service: 'ns/web-admin/tcp/',
    } as NewHistoryEvent;
    const found = await milestonesOf(s.route('node1', 'removed', 'a', 1050), other);
    expect(brief(found, 'route-removed')).toEqual(['route-removed node1 1050.0 dataplane']);
  });

  it('of a slice is that of the app’s own Service, whatever another one publishes', async () => {
    const published = (generation: number, atMs: number): NewHistoryEvent => {
      const slice = s.slice(atMs, generation, { a: 'draining' });
      if (slice.type !== 'object') throw new Error('no object');
      const metadata = { generation, labels: { 'kubernetes.io/service-name': 'web-peers' } };
      const conditions = { ready: true, serving: true, terminating: true };
      const endpoints = (slice.object['endpoints'] as object[]).map((each) => ({ ...each, conditions }));
      return { ...slice, name: 'web-peers-x', object: { metadata, endpoints } };
    };
    const events = [published(1, 1010), s.slice(1015, 2, { a: 'draining', b: 'ready' })];
    const { contracts } = await analyzeScene(numbered([...FRAME, ...events]), failed(1, 1100));
    expect(contracts.filter(({ contract }) => contract === 'not-ready-once-terminating')).toMatchObject([
      { state: 'held' },
    ]);
  });

  it('of a listener is that of the app’s port, whatever else listens in the Pod', async () => {
    const found = await milestonesOf(s.logShipperListener(80, 1020), s.listener('a', 'CLOSE', 1040));
    expect(brief(found, 'listener-closed')).toEqual(['listener-closed node1 1040.0 kernel-trace']);
  });

  it('of the last fresh connection is the last that a node translated, not one that passed through', async () => {
    const through = {
      ...s.sent('a', 6000, 6000, 1070),
      node: 'node2',
      serviceAddress: '198.18.0.2',
    } as NewHistoryEvent;
    const found = await milestonesOf(s.sent('a', 5000, 6000, 1020), s.sent('a', 5001, 6001, 1050), through);
    expect(brief(found, 'last-fresh-connection')).toEqual(['last-fresh-connection node1 1050.0 conntrack']);
  });

  it('of the last connection accepted is a client’s, not a probe’s, as far as connections are tracked', async () => {
    const accepted = (port: number, at: number) => s.socket('a', port, 'SYN_RECV', 'ESTABLISHED', at);
    const both = [accepted(6000, 1020.3), accepted(6001, 1500)];
    const tracked = await milestonesOf(s.sent('a', 5000, 6000, 1020), ...both);
    expect(brief(tracked, 'last-fresh-accepted')).toEqual(['last-fresh-accepted node1 1020.3 kernel-trace']);
    const untracked = await milestonesOf(...both);
    expect(brief(untracked, 'last-fresh-accepted')).toEqual([
      'last-fresh-accepted node1 1500.0 kernel-trace',
    ]);
  });

  it('of a replacement is only a Pod’s that was not there before', async () => {
    const found = await milestonesOf(
      s.pod('ADDED', 'c', 1100),
      s.listener('c', 'LISTEN', 1700),
      s.pod('MODIFIED', 'c', 1800, { ready: true }),
      s.route('node1', 'added', 'c', 1850),
      s.route('node1', 'added', 'b', 1850),
    );
    const names = found.filter(({ name }) => name.startsWith('replacement-'));
    expect(names.map(({ name, pod }) => `${name} ${pod}`)).toEqual([
      'replacement-created web-c',
      'replacement-scheduled web-c',
      'replacement-listening web-c',
      'replacement-ready web-c',
      'replacement-routed web-c',
    ]);
  });
});

describe('two sources', () => {
  const at = (source: Milestone['source'], atMs: number, uncertaintyMs: number): Milestone => ({
    name: 'listener-closed',
    pod: 'web-a',
    podUid: 'uid-a',
    node: 'node1',
    container: 'app',
    atNs: atMs * NS_PER_MS,
    uncertaintyNs: uncertaintyMs * NS_PER_MS,
    source,
    eventId: source === 'kernel-trace' ? 1 : 2,
  });

  it('that contradict each other beyond their joint uncertainty are reported, and the better one believed', () => {
    const { milestones, findings } = bestMilestones([at('app-log', 45, 1), at('kernel-trace', 40, 1)]);
    expect(milestones).toEqual([at('kernel-trace', 40, 1)]);
    expect(findings.map(({ code, eventIds }) => [code, eventIds])).toEqual([['sources-disagree', [1, 2]]]);
    expect(findings[0]?.message).toContain('5.0 ms later');
  });

  it('that agree within it are not worth a word', () => {
    expect(bestMilestones([at('app-log', 41, 1), at('kernel-trace', 40, 1)]).findings).toEqual([]);
  });

  it('leave an order open that lies within their joint uncertainty', () => {
    expect(orderOf(at('app-log', 41, 1), at('kernel-trace', 40, 1))).toBe('indeterminate');
    expect(orderOf(at('app-log', 43, 1), at('kernel-trace', 40, 1))).toBe('after');
    expect(orderOf(at('app-log', 37, 1), at('kernel-trace', 40, 1))).toBe('before');
  });
});
