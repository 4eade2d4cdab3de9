import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openRequestLedgerWriter } from '../../../src/history/request-ledger-writer.ts';
import { checkLedger } from '../../../src/load/check-ledger.ts';
import type { Outcome } from '../../../src/model/request-record.ts';
import { OUTCOMES } from '../../../src/model/request-record.ts';
import { record } from './record.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-check-ledger-'));
  path = join(folder, 'requests-main.csv');
  const writer = await openRequestLedgerWriter(path);
  for (const id of [1, 2, 3]) writer.write(record({ id, connection: id }));
  await writer.close();
});
afterEach(() => rm(folder, { recursive: true }));

const byOutcome = { ...Object.fromEntries(OUTCOMES.map((each) => [each, 0])), ok: 3 } as Record<
  Outcome,
  number
>;
const findings = () => checkLedger(path, { load: 'main', intended: 3, inFlight: 0, byOutcome });

describe('a ledger that is read back after its load has stopped', () => {
  it('gives nothing to say when it is whole', async () => {
    expect(await findings()).toEqual([]);
  });

  it.each([
    ['is damaged', () => appendFile(path, '\0\0\0\0,not a record\n'), 'ledger-unreadable'],
    ['is something else', () => truncate(path, 0), 'ledger-unreadable'],
    ['is not there', () => rm(path), 'ledger-unreadable'],
    [
      'is cut in the middle of a line',
      async () => truncate(path, (await readFile(path)).length - 9),
      'ledger-incomplete',
    ],
  ])('makes its trial void, and names the file without its place, when it %s', async (_, damage, code) => {
    await damage();
    const found = await findings();
    const named = found.find((finding) => finding.code === code);
    expect(named?.severity).toBe('void');
    expect(named?.message).toContain('requests-main.csv');
    expect(JSON.stringify(found)).not.toContain(folder);
  });

  it('makes its trial void when it is cut between two lines, where nothing else shows it', async () => {
    const whole = await readFile(path, 'utf8');
    await truncate(path, whole.trimEnd().lastIndexOf('\n') + 1);
    expect((await findings()).map(({ code, severity }) => [code, severity])).toContainEqual([
      'conservation-broken',
      'void',
    ]);
  });
});
