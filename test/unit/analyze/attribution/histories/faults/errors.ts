import fc from 'fast-check';

import type { RequestRecord } from '../../../../../../src/model/request-record.ts';
import { failed, request } from '../../../build-history.ts';
import { PODS, type PodKey } from '../../write-scene.ts';
import { connectionTo, opened, rowOf } from '../connection.ts';
import { closedMs, deletion, graceful } from '../going.ts';
import { ageMs, between, mostly } from '../numbers.ts';
import { storyIn, type Connection, type Story } from '../story.ts';
import { toNs } from '../words.ts';

/** Now and then the app does not say who it is. */
export const named = fc.constantFrom(true, true, true, false);

/** An answer with an error, which names its Pod where the app says who it is. */
export function answered(c: Connection, status: number, isNamed: boolean): RequestRecord {
  return rowOf(c, {
    ...{ outcome: 'http-error', status, errorCode: null, firstByteNs: toNs(c.endMs - 0.1) },
    pod: isNamed ? PODS[c.pod].name : null,
  });
}

/** Other clients' requests to a Pod, each on a connection of its own, and what it answered to them. */
export function crowd(
  pod: PodKey,
  from: number,
  to: number,
  every: number,
  statusAt: (ms: number) => number,
): readonly RequestRecord[] {
  const rows: RequestRecord[] = [];
  for (let at = from; at < to && rows.length < 20; at += every) {
    const status = statusAt(at + 2);
    const id = Math.round(at * 10) + (pod === 'a' ? 100_000 : 200_000);
    const times = {
      startNs: toNs(at),
      intendedNs: toNs(at),
      firstByteNs: toNs(at + 2),
      endNs: toNs(at + 2.1),
    };
    const row = { ...times, clientPort: 41_000 + rows.length + (pod === 'a' ? 0 : 500), pod: PODS[pod].name };
    rows.push(
      status < 400
        ? request(id, at, row)
        : failed(id, at, { ...row, outcome: 'http-error', status, errorCode: null }),
    );
  }
  return rows;
}

/** A time while Pod `a`'s app has been told to stop and runs on. */
const whileTold = fc
  .record({ going: graceful, ageMs, part: between(0, 1), took: mostly(0.5, 20, 200), named })
  .map(({ going, part, took, ageMs: age, named: isNamed }) => {
    const end = going.toldMs + 0.4 + part * (going.exitMs - going.toldMs - 0.6);
    const start = age === null ? Math.min(end - took, closedMs(going) - 0.5) : end - took;
    const connection = connectionTo('a', start, Math.max(end, start + 0.5), age, closedMs(going));
    return { going, isNamed, connection };
  });

/** The app refuses what comes, because it is going; others may be refused likewise. */
export const rejectedWhileDraining = fc
  .record({ told: whileTold, every: fc.option(mostly(2, 30, 100)) })
  .map(({ told: { going, connection, isNamed }, every }): Story => {
    const others =
      every === null
        ? []
        : [
            ...crowd('a', going.toldMs - 150, going.exitMs - 2.5, every, (at) =>
              at > going.toldMs ? 503 : 200,
            ),
            ...crowd('b', going.toldMs - 150, going.exitMs + 100, every, () => 200),
          ];
    const what = 'the app refused the request because it was going';
    const row = answered(connection, 503, isNamed);
    return storyIn(
      { ...deletion(going), others },
      { what, truth: ['draining-rejected'], connection, request: row },
      opened(connection),
    );
  });

/** Errors that the app gives anyhow, and its survivors too: now it happens to be going. */
export const sameErrors = fc
  .record({ told: whileTold, status: fc.constantFrom(500, 500, 504, 502, 503, 404), every: between(5, 60) })
  .map(({ told: { going, connection, isNamed }, status, every }): Story => {
    const others = [
      ...crowd('a', 600, going.exitMs - 2.5, every * 3, (at) => (at > 603 ? status : 200)),
      ...crowd('b', 610, 3000, every * 4, () => status),
    ];
    return storyIn(
      { ...deletion(going), others },
      {
        ...{ what: `an error ${status} that survivors give too`, connection },
        truth: status === 504 || status === 503 ? ['overload'] : [],
        request: answered(connection, status, isNamed),
      },
      opened(connection),
    );
  });

/** What the app needs has broken down some time before it was told to go: it has answered 503 since. */
export const brokenBefore = fc
  .record({ told: whileTold, broken: between(700, 980), every: between(3, 18) })
  .map(({ told: { going, connection, isNamed }, broken, every }): Story => {
    const others = [
      ...crowd('a', broken - 20, going.exitMs - 2.5, every, (at) => (at > broken ? 503 : 200)),
      ...crowd('b', broken - 20, 3000, every * 3, () => 200),
    ];
    const what = 'the app answered 503 since before it was told to go';
    return storyIn(
      { ...deletion(going), others },
      { what, truth: ['overload'], connection, request: answered(connection, 503, isNamed) },
      opened(connection),
    );
  });
