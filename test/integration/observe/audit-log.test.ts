import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readAuditLog } from '../../../src/observe/audit-log.ts';
import { recordingContext } from './dataplane-recording-context.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-audit-'));
  path = join(folder, 'audit.log');
  await writeFile(path, entry('of an earlier trial'));
});
afterEach(() => rm(folder, { recursive: true }));

function entry(name?: string, more: object = {}): string {
  const at = new Date().toISOString();
  const objectRef = { resource: 'pods', namespace: 'dp', name };
  const times = { requestReceivedTimestamp: at, stageTimestamp: at };
  return `${JSON.stringify({ auditID: '1', stage: 'ResponseComplete', verb: 'delete', user: { username: 'u' }, objectRef, ...times, ...more })}\n`;
}

/** What is recorded of a trial in which this happens to the log. */
async function during(
  happens: () => Promise<void>,
  names: readonly string[] | null = null,
): Promise<readonly unknown[]> {
  const { context, events, runStartNs } = recordingContext();
  const observer = await readAuditLog(path, 'dp', runStartNs, context, names);
  await happens();
  await observer.stop();
  return events.map((event) =>
    event.type === 'observation-gap' ? [event.observer, event.reason] : event.type === 'audit' && event.name,
  );
}

const gap = (reason: RegExp) => ['audit', expect.stringMatching(reason) as unknown];

describe('the audit log', () => {
  it('tells what it gained during the trial', async () => {
    expect(await during(() => appendFile(path, entry('web-1')))).toEqual(['web-1']);
  });

  it('tells of the trial’s own objects alone where others share the namespace', async () => {
    const created = { verb: 'create', responseObject: { metadata: { name: 't002-wait-abc' } } };
    const told = await during(
      () =>
        appendFile(
          path,
          [
            entry('t001-none-abc'),
            entry('t002-wait-xyz'),
            entry('t002-waiter-abc'),
            entry(undefined, created),
            entry(undefined, { verb: 'list' }),
          ].join(''),
        ),
      ['t002-wait'],
    );
    expect(told).toEqual(['t002-wait-xyz', null]);
  });

  it('is a gap, and fails nothing, when it is not there, rotated, or damaged', async () => {
    expect(
      await during(async () => {
        await rename(path, `${path}.1`);
        await writeFile(path, entry('web-1'));
      }),
    ).toEqual([gap(/rotated/)]);
    expect(await during(() => appendFile(path, '{"objectRef":{"namespace":"dp"}, \0\n'))).toEqual([
      gap(/JSON/),
    ]);
    expect(await during(() => rm(path))).toEqual([gap(/there is no .*audit\.log/)]);
    expect(await during(() => Promise.resolve())).toEqual([gap(/there is no .*audit\.log/)]);
  });
});
