import { expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import { AnsweredByPod } from '../../../../src/analyze/ledger/answered-by-pod.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { numbered, scene as s } from '../attribution/write-scene.ts';
import { LOAD, request, streamed, trialRecord } from '../build-history.ts';

const FRAME: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.action('a', 'accepted', 1004),
  s.pod('MODIFIED', 'a', 1006, { ready: true, deleting: true }),
  s.pod('DELETED', 'a', 1500, { deleting: true, terminated: true }),
  s.phase('stop-load', 4000),
  s.phase('clean-up', 4100),
];

async function lastAnswers(
  events: readonly NewHistoryEvent[],
  ...ledgers: readonly (readonly RequestRecord[])[]
): Promise<readonly string[]> {
  const record = trialRecord({
    app: { kind: 'StatefulSet', service: 'web', port: 8080, container: 'app' },
    victims: [{ name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2' }],
  });
  const { milestones } = await analyzeTrial(
    {
      record,
      directory: 'trials/001-none',
      events: numbered([...FRAME, ...events]),
      ledgers: ledgers.map((records, index) => ({
        ...{ load: `load-${index}`, intended: null, findings: () => [] },
        records: streamed(records.map((row) => ({ ...row, load: `load-${index}` }))),
      })),
      findings: [],
    },
    ledgers.map((_, index) => ({ ...LOAD, name: `load-${index}` })),
  );
  return milestones
    .filter(({ name }) => name === 'last-answered' || name === 'last-reused-answered')
    .map(({ name, podUid, atNs }) => `${name} ${podUid} ${atNs / NS_PER_MS}`);
}

const reused = { requestOnConnection: 4, connectionAgeMs: 500 };

it('the last answer of a Pod is not what a successor of the same name answers', async () => {
  const ready = s.pod('ADDED', 's', 1510, { ready: true });
  const rows = [1100, 2000].map((atMs, index) => request(index + 1, atMs, { ...reused, pod: 'web-a' }));
  expect(await lastAnswers([ready], rows)).toEqual([
    'last-reused-answered uid-a 1120',
    'last-answered uid-a 1120',
  ]);
});

it('the last answer of an app that does not name itself is known by connection tracking, or by the address it was asked at', async () => {
  const fresh = (id: number, atMs: number, serverAddress = '198.18.16.11') =>
    request(id, atMs, { pod: null, clientPort: 40_000 + id, serverAddress });
  const sent = [s.sent('a', 40_001, 51_001, 1100.2), s.sent('b', 40_002, 51_002, 1200.2)];
  expect(await lastAnswers(sent, [fresh(1, 1100), fresh(2, 1200)])).toEqual(['last-answered uid-a 1120']);
  expect(await lastAnswers([], [fresh(1, 1150, '198.18.0.2')])).toEqual(['last-answered uid-a 1170']);
  expect(await lastAnswers([], [fresh(1, 1150)])).toEqual([]);
});

it('the last answer of a Pod is the last of all loads', async () => {
  const row = (atMs: number) => request(1, atMs, { pod: 'web-a' });
  expect(await lastAnswers([], [row(1300)], [row(1100)])).toEqual(['last-answered uid-a 1320']);
});

it('a Pod answered well within a time only if it was asked and answered in it: a lost packet is sent again a second later', () => {
  const answered = new AnsweredByPod(0);
  const ms = (value: number) => value * NS_PER_MS;
  answered.add(request(1, 1000, { endNs: ms(2010) }), 'uid-a');
  expect(answered.answeredWell('uid-a', ms(900), ms(1900))).toBe(false);
  expect(answered.answeredWell('uid-a', ms(900), ms(2100))).toBe(true);
  expect(answered.answeredWell('uid-a', ms(1100), ms(2100))).toBe(false);
  answered.add(request(2, 1001, { endNs: ms(1050) }), 'uid-a');
  expect(answered.answeredWell('uid-a', ms(900), ms(1900))).toBe(true);
});
