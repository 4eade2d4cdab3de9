import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { Attribution } from '../../../../src/model/attribution.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { LOAD, failed, request, streamed, trialRecord } from '../build-history.ts';
import { numbered, PODS, scene as s } from './write-scene.ts';

const ms = (value: number): number => Math.round(value * NS_PER_MS);
const PROXY = { name: 'proxy', containerId: 'pa' } as const;

/** Pod `a` has a proxy that declares the port, and the hook; the app beside it declares nothing. */
function withProxy(event: NewHistoryEvent): NewHistoryEvent {
  if (event.type !== 'object' || event.kind !== 'Pod' || event.uid !== PODS.a.uid) return event;
  const { spec, status } = event.object as Record<'spec' | 'status', Record<string, unknown[]>>;
  const shown = {
    name: PROXY.name,
    containerID: `containerd://${PROXY.containerId}`,
    state: { running: {} },
  };
  const containers = [{ name: PROXY.name, ports: [{ containerPort: 8080 }] }, ...(spec['containers'] ?? [])];
  const containerStatuses = [...(status['containerStatuses'] ?? []), shown];
  const object = { ...event.object, spec: { ...spec, containers }, status: { ...status, containerStatuses } };
  return { ...event, object };
}

function appFacts(port: number | null): NewHistoryEvent {
  const listeners = port === null ? [] : [{ address: '::', port, sockets: 1 }];
  return { ...s.facts('a', 130), listeners } as NewHistoryEvent;
}

/** The app behind the proxy is told to go at 1030 and has ended at 1060; nobody tells the proxy. */
const scene = (facts: NewHistoryEvent): readonly NewHistoryEvent[] =>
  [
    s.pod('LISTED', 'a', 100, { ready: true }),
    s.pod('LISTED', 'b', 100, { ready: true }),
    s.slice(110, 1, { a: 'ready', b: 'ready' }),
    facts,
    s.phase('baseline', 500),
    s.phase('disrupt', 999),
    s.action('a', 'requested', 1000),
    s.auditDelete('a', 1001),
    s.action('a', 'accepted', 1004),
    s.pod('MODIFIED', 'a', 1006, { ready: true, deleting: true }),
    s.slice(1015, 2, { a: 'draining', b: 'ready' }),
    s.signal('a', 15, 1030),
    s.exit('a', 1060),
    s.pod('DELETED', 'a', 3300, { deleting: true, terminated: true }),
    s.phase('stop-load', 9000),
    s.phase('clean-up', 9100),
  ].map(withProxy);

const bad = (id: number, atMs: number, pod = 'web-a', status = 502): RequestRecord =>
  failed(id, atMs - 1, {
    ...{ outcome: 'http-error', status, errorCode: null, pod, clientPort: null },
    ...{ firstByteNs: ms(atMs), endNs: ms(atMs + 0.5) },
  });
const well = (id: number, atMs: number, pod = 'web-a'): RequestRecord =>
  request(id, atMs - 1, { pod, clientPort: null, endNs: ms(atMs) });

async function judge(
  records: readonly RequestRecord[],
  facts: NewHistoryEvent = appFacts(3000),
): Promise<readonly Attribution[]> {
  const record = trialRecord({
    app: { kind: 'Deployment', service: 'web', port: 8080, container: PROXY.name },
    victims: [{ name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2' }],
  });
  const ledger = { load: 'fresh', intended: null, records: streamed(records), findings: () => [] };
  const events = numbered(scene(facts));
  const trial = await analyzeTrial(
    { record, directory: 'trials/001-none', ledgers: [ledger], findings: [], events },
    [LOAD],
  );
  return trial.failures.map(({ attribution }) => attribution);
}

const brief = ({ cause, confidence }: Attribution): string => `${cause} ${confidence}`;

describe('a proxy whose hook runs while the app behind it has been told to go', () => {
  const refusals = [bad(2, 1033), bad(3, 1041), bad(4, 1052), bad(5, 1071)];

  it('turns requests away because of the app, although the app declares no port', async () => {
    const found = await judge([well(1, 1012), ...refusals, well(6, 1080, 'web-b')]);
    expect(found.map(brief)).toEqual(Array(4).fill('draining-rejected certain'));
    expect(found[0]?.because).toBe(
      'container proxy of web-a answered 502, because container app behind it had been told to go',
    );
    expect(found[3]?.because).toMatch(/had been told to go, and had ended$/);
  });

  it('does so, too, while the app still answers what it has in hand', async () => {
    const found = await judge([well(1, 1012), ...refusals, well(6, 1058), well(7, 1080, 'web-b')]);
    expect(found.map(brief)).toEqual(Array(4).fill('draining-rejected likely'));
  });

  it('is not known to do so, before the app has ended, where it gave the same answer before, or Pods that stay do', async () => {
    const unknown = Array<string>(4).fill('unexplained weak');
    // The newest came when the app had ended: nobody could be behind the proxy any more.
    const before = await judge([bad(1, 1012), ...refusals, well(6, 1058)]);
    expect(before.map(brief)).toEqual([...unknown, 'draining-rejected likely']);
    const others = await judge([well(1, 1012), ...refusals, bad(6, 1059, 'web-b')]);
    expect(others.map(brief)).toEqual([...unknown, 'draining-rejected likely']);
  });

  it('is not known to pass anything on to a container that listens at nothing', async () => {
    const found = await judge([well(1, 1012), ...refusals], appFacts(null));
    expect(found.map(({ because }) => because)).not.toContain(expect.stringContaining('behind it'));
    expect(found.map(({ confidence }) => confidence)).not.toContain('certain');
  });
});
