import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import type { AuditEvent, NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { Disruption } from '../../../../src/model/scenario.ts';
import type { TrialRecord } from '../../../../src/model/trial-record.ts';
import {
  LOAD,
  action,
  ledger,
  ms,
  numbered,
  phase,
  planned,
  pod,
  streamed,
  trialRecord,
} from '../build-history.ts';

const START: readonly NewHistoryEvent[] = [
  phase('deploy', 0),
  pod('LISTED', 'b', 500, { ready: true }),
  phase('baseline', 1000),
  phase('disrupt', 1999),
  action('requested', 2000),
  action('accepted', 2003),
];
const STOP = [phase('stop-load', 24_000), phase('clean-up', 24_100)];

async function analyze(
  events: readonly NewHistoryEvent[],
  record: Partial<TrialRecord> = {},
): Promise<AnalyzedTrial> {
  return await analyzeTrial(
    {
      record: trialRecord(record),
      directory: 'trials/001-none',
      events: numbered(events),
      ledgers: [
        { load: 'fresh', intended: null, records: streamed(ledger(1000, 24_000)), findings: () => [] },
      ],
      findings: [],
    },
    [LOAD],
  );
}

/** A Pod with a main container and a sidecar, as its whole object shows them. */
function twoContainers(...args: Parameters<typeof pod>): NewHistoryEvent {
  const event = pod(...args);
  if (event.type !== 'object') return event;
  const containers = [{ name: 'web' }, { name: 'sidecar' }];
  const containerStatuses = containers.map(({ name }) => ({
    name,
    containerID: `containerd://${name}-id`,
    state: {},
  }));
  const status = { ...(event.object['status'] as object), containerStatuses };
  return { ...event, object: { ...event.object, spec: { nodeName: 'node-1', containers }, status } };
}

function exit(container: string, atMs: number): NewHistoryEvent {
  return {
    type: 'process-exit',
    pid: container.length,
    comm: container,
    container: { podUid: 'a', containerId: `${container}-id` },
    atNs: ms(atMs),
    uncertaintyNs: 1000,
    source: 'kernel-trace',
  };
}

/** Process 1 of each container is known. */
const FIRST_PROCESSES = ['web', 'sidecar'].map((containerName): NewHistoryEvent => ({
  type: 'process-facts',
  container: { podUid: 'a', containerId: `${containerName}-id` },
  pod: 'web-a',
  containerName,
  pid: containerName.length,
  comm: containerName,
  commandLine: [containerName],
  handledSignals: [15],
  atNs: ms(600),
  uncertaintyNs: 0,
  source: 'harness',
}));

const codes = ({ findings }: AnalyzedTrial): readonly string[] =>
  findings.map(({ severity, code }) => `${severity} ${code}`);

describe('a trial whose load was stopped before a Pod had ended', () => {
  it('is void, though nothing failed until then', async () => {
    const trial = await analyze([
      ...START,
      pod('LISTED', 'a', 500, { ready: true }),
      pod('MODIFIED', 'a', 2005, { ready: true, deleting: true }),
      pod('ADDED', 'c', 2010),
      pod('MODIFIED', 'c', 4000, { ready: true }),
      ...STOP,
    ]);
    expect(codes(trial)).toEqual(['void not-ended']);
    expect(trial.verdict).toBe('void');
  });

  it('is void while a sidecar goes on', async () => {
    const trial = await analyze([
      ...START,
      twoContainers('LISTED', 'a', 500, { ready: true }),
      twoContainers('MODIFIED', 'a', 2005, { deleting: true }),
      exit('web', 2500),
      ...STOP,
      exit('sidecar', 24_050),
    ]);
    expect(codes(trial)).toContain('void not-ended');
  });

  it('is not one in which only a container was to end', async () => {
    const kill = (stage: 'requested' | 'accepted', atMs: number): NewHistoryEvent => ({
      ...(action(stage, atMs) as NewHistoryEvent & { type: 'action' }),
      action: 'kill-container',
    });
    const trial = await analyze(
      [
        ...START.filter(({ type }) => type !== 'action'),
        kill('requested', 2000),
        kill('accepted', 2001),
        twoContainers('LISTED', 'a', 500, { ready: true }),
        ...FIRST_PROCESSES,
        exit('web', 2002),
        ...STOP,
      ],
      { trial: planned({ disruption: { type: 'kill-container' } }) },
    );
    expect(trial.verdict).toBe('pass');
  });
});

describe('the recovery of a Pod whose container was killed', () => {
  it('is when it is Ready again, not while it is still said to be', async () => {
    const trial = await analyze(
      [
        ...START,
        pod('LISTED', 'a', 500, { ready: true }),
        pod('MODIFIED', 'a', 2001, { ready: true }),
        pod('MODIFIED', 'a', 2100, { ready: false, terminated: true }),
        pod('MODIFIED', 'a', 4000, { ready: true }),
        ...STOP,
      ],
      { trial: planned({ disruption: { type: 'kill-container' } }) },
    );
    expect(trial.recoveredMs).toBe(2000);
  });
});

describe('the shutdown of a Pod', () => {
  const end = [
    twoContainers('LISTED', 'a', 500, { ready: true }),
    ...FIRST_PROCESSES,
    twoContainers('MODIFIED', 'a', 2005, { deleting: true }),
    exit('web', 2501),
    twoContainers('DELETED', 'a', 22_100, { deleting: true }),
  ];
  const stamp: NewHistoryEvent = {
    type: 'app-stamp',
    stamp: 'exiting',
    pod: 'web-a',
    podUid: 'a',
    container: 'web',
    fields: {},
    atNs: ms(2500),
    uncertaintyNs: 1000,
    source: 'app-log',
  };

  it('ends with its last container, whatever the app said last', async () => {
    const trial = await analyze([...START, ...end, stamp, exit('sidecar', 22_000), ...STOP]);
    expect(trial.shutdownMs).toBe(20_000);
  });

  it('ends with the object where one container’s end was not seen', async () => {
    expect((await analyze([...START, ...end, stamp, ...STOP])).shutdownMs).toBe(20_100);
  });
});

describe('an eviction that a budget refused first', () => {
  const audit = (atMs: number, code: number): NewHistoryEvent => ({
    ...({
      type: 'audit',
      auditId: `audit-${atMs}`,
      stage: 'ResponseComplete',
      verb: 'create',
      resource: 'pods',
      subresource: 'eviction',
      namespace: 'ns',
      name: 'web-a',
      user: 'drainbench',
      code,
      requestObject: { deleteOptions: { preconditions: { uid: 'a' } } },
      responseObject: { kind: 'Status' },
    } satisfies Partial<AuditEvent>),
    requestReceivedNs: ms(atMs),
    atNs: ms(atMs + 2),
    uncertaintyNs: 1000,
    source: 'api-audit',
  });
  const evict = (stage: 'requested' | 'accepted' | 'refused', atMs: number): NewHistoryEvent => ({
    ...(action(stage, atMs) as NewHistoryEvent & { type: 'action' }),
    action: 'evict',
  });
  const disruption: Disruption = { type: 'evict', pods: 1, maxUnavailable: 1, retryForSeconds: 60 };
  const events = [
    ...START.filter(({ type }) => type !== 'action'),
    evict('requested', 2000),
    evict('refused', 2003),
    evict('requested', 7000),
    evict('accepted', 7003),
    pod('LISTED', 'a', 500, { ready: true }),
    pod('MODIFIED', 'a', 7005, { deleting: true }),
    pod('MODIFIED', 'a', 7200, { deleting: true, terminated: true }),
    pod('DELETED', 'a', 7300, { deleting: true, terminated: true }),
    ...STOP,
  ];
  const record = { trial: planned({ disruption }) };

  it('is not the beginning of the Pod’s end', async () => {
    const { milestones } = await analyze([...events, audit(2001, 429), audit(7001, 201)], record);
    expect(milestones.filter(({ name }) => name === 'delete-received').map(({ atNs }) => atNs)).toEqual([
      ms(7001),
    ]);
    expect(milestones.map(({ name }) => name)).toContain('delete-refused');
  });

  it.each([
    ['as the audit log shows it', [audit(2001, 429), audit(7001, 201)], 199],
    ['as its answer shows it', [], 197],
  ])('does not count as shutdown, which is from the accepted one, %s', async (_, seen, expected) => {
    expect((await analyze([...events, ...seen], record)).shutdownMs).toBe(expected);
  });
});
