import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RequestRecord } from '../../../src/model/request-record.ts';
import { checkAppLedger } from '../../../src/trial/check-app-ledger.ts';
import { record } from '../load/record.ts';

let logs: string;
beforeEach(async () => {
  logs = await mkdtemp(join(tmpdir(), 'drainbench-app-ledger-'));
});
afterEach(() => rm(logs, { recursive: true }));

const batch = (pod: string, ...ids: readonly number[]): string => prefixed('', pod, ...ids);
const prefixed = (prefix: string, pod: string, ...ids: readonly number[]): string =>
  JSON.stringify({
    drainbench: 'requests',
    pod,
    columns: ['id', 'outcome'],
    rows: ids.map((id) => [`${prefix}main-${id}`, 'answered']),
  });
const exiting = (pod: string): string => JSON.stringify({ drainbench: 'stamp', stamp: 'exiting', pod });

async function check(
  lines: readonly string[],
  records: readonly Partial<RequestRecord>[],
  prefix?: string,
): Promise<readonly string[]> {
  await writeFile(join(logs, 'web-1.app.log'), lines.join('\n'));
  async function* ledger(): AsyncGenerator<RequestRecord> {
    for (const each of records) yield await Promise.resolve(record(each));
  }
  const findings = await checkAppLedger(logs, [ledger()], prefix);
  return findings.map(({ code, severity, message }) => `${severity} ${code}: ${message}`);
}

describe('the client’s ledger held against the app’s own', () => {
  it('has nothing to say when both tell the same', async () => {
    expect(await check([batch('web-1', 1, 2), exiting('web-1')], [{ id: 1 }, { id: 2 }])).toEqual([]);
    expect(await check(['a log of somebody else’s app'], [{ id: 1 }])).toEqual([]);
  });

  it('makes the trial void for an ok that no Pod tells of, and for an answer that no client tells of', async () => {
    const found = await check([batch('web-1', 1, 3), exiting('web-1')], [{ id: 1 }, { id: 2 }]);
    expect(found).toEqual([
      expect.stringMatching(/^void ledgers-disagree: 1 requests are ok for the client.*main-2/),
      expect.stringMatching(/^void ledgers-disagree: 1 requests are in a Pod's ledger.*main-3/),
    ]);
  });

  it('knows the rows of earlier trials on the same Pods by the prefix that theirs lack', async () => {
    const lines = [prefixed('1-1.', 'web-1', 1, 2, 3), prefixed('12-1.', 'web-1', 1, 2), exiting('web-1')];
    expect(await check(lines, [{ id: 1 }, { id: 2 }], '12-1.')).toEqual([]);
    const found = await check(lines, [{ id: 1 }, { id: 2 }, { id: 3 }], '12-1.');
    expect(found).toEqual([expect.stringMatching(/^void ledgers-disagree: 1 requests are ok.*main-3/)]);
  });

  it('makes the trial void where the app has other trials’ requests, and none of its own', async () => {
    const lines = [prefixed('1-1.', 'web-1', 1), exiting('web-1')];
    const found = await check(lines, [{ id: 1 }], '12-1.');
    expect(found).toEqual([expect.stringMatching(/^void ledgers-disagree: 1 requests are ok/)]);
  });

  it('takes a last line that the app’s end cut off for that, and only says what could not be checked', async () => {
    const found = await check([batch('web-1', 1), batch('web-1', 2).slice(0, -7)], [{ id: 1 }, { id: 2 }]);
    expect(found).toEqual([expect.stringMatching(/^info app-ledger-cut: 1 ok requests/)]);
  });

  it('makes the trial void, and names the file, where lines in the middle are damaged', async () => {
    const lines = [batch('web-1', 1), batch('web-1', 2).replace('rows', '\0"'), exiting('web-1')];
    const found = await check(lines, [{ id: 1 }, { id: 2 }]);
    expect(found[0]).toMatch(/^void app-ledger-unreadable: .*logs\/web-1\.app\.log/);
  });
});
