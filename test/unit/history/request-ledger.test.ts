import { appendFile, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OUTCOMES, type RequestRecord } from '../../../src/model/request-record.ts';
import { openRequestLedger } from '../../../src/history/request-ledger-reader.ts';
import { openRequestLedgerWriter } from '../../../src/history/request-ledger-writer.ts';
import { record } from '../load/record.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drainbench-ledger-'));
  path = join(directory, 'requests.csv');
});
afterEach(() => rm(directory, { recursive: true }));

async function write(records: readonly RequestRecord[]): Promise<void> {
  const writer = await openRequestLedgerWriter(path);
  for (const one of records) writer.write(one);
  await writer.close();
}

async function readAll(): Promise<{ records: RequestRecord[]; complete: boolean; cutLines: number }> {
  const ledger = await openRequestLedger(path);
  const records: RequestRecord[] = [];
  for await (const one of ledger) records.push(one);
  return { records, complete: ledger.complete, cutLines: ledger.cutLines };
}

describe('a request ledger', () => {
  it('gives back every record as it was written, in the order of completion', async () => {
    const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);
    const text = fc.string({ minLength: 1, unit: fc.constantFrom('a', '"', ',', ' ', ';', 'ü', "'", '\t') });
    const ns = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const any = fc.record({
      outcome: fc.constantFrom(...OUTCOMES),
      connection: nullable(fc.nat()),
      requestOnConnection: nullable(fc.nat()),
      connectionAgeMs: nullable(fc.double({ min: 0, max: 1e9, noNaN: true })),
      intendedNs: ns,
      startNs: nullable(ns),
      firstByteNs: nullable(ns),
      endNs: nullable(ns),
      path: text,
      clientPort: nullable(fc.nat(65_535)),
      status: nullable(fc.nat(599)),
      errorCode: nullable(text),
      pod: nullable(text),
      bytesRead: fc.nat(),
      announcedClose: nullable(fc.boolean()),
      retryOf: nullable(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 20 }), async (changes) => {
        const records = changes.map((change, index) =>
          // −0 is written as 0, and means the same.
          record({
            ...change,
            id: index + 1,
            connectionAgeMs: change.connectionAgeMs && change.connectionAgeMs + 0,
          }),
        );
        await write(records);
        expect(await readAll()).toEqual({ records, complete: true, cutLines: 0 });
      }),
      { numRuns: 50 },
    );
  });

  it('bears its name only when it is whole', async () => {
    const writer = await openRequestLedgerWriter(path);
    writer.write(record());
    await writer.flush();
    expect((await readAll()).complete).toBe(false);
    await writer.close();
    expect(await readAll()).toMatchObject({ complete: true, records: [{ id: 1 }] });
    await expect(stat(`${path}.partial`)).rejects.toThrow('ENOENT');
  });

  it('begins with the names of the fields', async () => {
    await write([]);
    expect(await readFile(path, 'utf8')).toBe(`${Object.keys(record()).join(',')}\n`);
  });

  it.each([
    [20, { announcedClose: null, retryOf: null }],
    [21, { retryOf: null }],
  ])('of an older version, with %i columns, is read all the same', async (columns, unknown) => {
    const records = [
      record({ announcedClose: true }),
      record({ id: 2, announcedClose: null, attempt: 1, retryOf: 1 }),
    ];
    await write(records);
    const [header = '', ...rows] = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const cut = (line: string): string => `${line.split(',').slice(0, columns).join(',')}\n`;
    await writeFile(path, [header, ...rows].map(cut).join(''));
    expect(await readAll()).toEqual({
      records: records.map((each) => ({ ...each, ...unknown })),
      complete: true,
      cutLines: 0,
    });
    await appendFile(path, `${rows[0] ?? ''}\n`);
    await expect(readAll()).rejects.toMatchObject({
      code: 'ledger-damaged',
      expected: `${columns} columns`,
    });
  });

  it('counts a line that was cut, wherever, and keeps all lines before it', async () => {
    await write([record(), record({ id: 2 })]);
    const whole = await readFile(path, 'utf8');
    const lastLine = whole.trimEnd().lastIndexOf('\n') + 1;
    for (let length = lastLine + 1; length < whole.length; length++) {
      await writeFile(path, whole);
      await truncate(path, length);
      expect(await readAll()).toEqual({ records: [record()], complete: true, cutLines: 1 });
    }
  });

  it('reads on across the edges of its blocks', async () => {
    const records = Array.from({ length: 5000 }, (_, index) =>
      record({ id: index + 1, pod: 'p'.repeat(index % 300) || null }),
    );
    await write(records);
    expect((await readAll()).records).toEqual(records);
  });

  it.each([
    ['a column too few', '1,main,native\n', /22 columns/],
    ['a word for a number', 'x,main,native,,,,1,,,,GET,/,,,ok,200,,,0,0,,\n', /a number in id/],
    ['an unknown outcome', '2,main,native,,,,1,,,,GET,/,,,fine,200,,,0,0,,\n', /an outcome/],
    [
      'a yes for true',
      '2,main,native,,,,1,,,,GET,/,,,ok,200,,,0,0,yes,\n',
      /true or false in announcedClose/,
    ],
    ['an unknown engine', '2,main,wrk,,,,1,,,,GET,/,,,ok,200,,,0,0,,\n', /an engine/],
  ])('refuses %s and names the line', async (_, line, expected) => {
    await write([record()]);
    await appendFile(path, line);
    await expect(readAll()).rejects.toMatchObject({
      code: 'ledger-damaged',
      message: expect.stringMatching(/requests\.csv:3$/) as string,
      expected: expect.stringMatching(expected) as string,
    });
  });

  it('refuses a file that is something else', async () => {
    await writeFile(path, 'a,b\n1,2\n');
    await expect(readAll()).rejects.toMatchObject({ code: 'ledger-damaged' });
    await writeFile(path, '');
    await expect(readAll()).rejects.toMatchObject({ code: 'ledger-damaged' });
  });

  it('says where it looked for a ledger that is not there', async () => {
    await expect(openRequestLedger(path)).rejects.toMatchObject({ code: 'ledger-missing' });
  });

  it('cannot be opened in a folder that does not exist', async () => {
    await expect(openRequestLedgerWriter(join(directory, 'no', 'requests.csv'))).rejects.toMatchObject({
      code: 'history-not-written',
    });
  });

  it('keeps the text of a server that would be a formula in a spreadsheet, and shields it there', async () => {
    const pods = ['=1+1', '@SUM(A1)', '+49', '-1', "'=1+1", "'quoted'", '\tx'];
    await write(pods.map((pod, id) => record({ id, pod })));
    expect((await readAll()).records.map(({ pod }) => pod)).toEqual(pods);
    const cells = (await readFile(path, 'utf8')).split('\n').map((line) => line.split(',')[17] ?? '');
    expect(cells.filter((cell) => /^"?[=@+\-\t]/.test(cell))).toEqual([]);
  });

  it('is never written through a link that somebody has put there', async () => {
    const target = join(directory, 'of-somebody');
    await writeFile(target, 'theirs');
    await symlink(target, `${path}.partial`);
    await expect(openRequestLedgerWriter(path)).rejects.toMatchObject({
      code: 'history-not-written',
      message: expect.stringContaining('ELOOP') as string,
    });
    expect(await readFile(target, 'utf8')).toBe('theirs');
  });

  it.runIf(process.geteuid?.() === 0)(
    'says that the disk is full as soon as it is known, and again when it is closed',
    async () => {
      await execa('mknod', [`${path}.partial`, 'c', '1', '7']); // as /dev/full
      const writer = await openRequestLedgerWriter(path);
      writer.write(record());
      const full = { code: 'history-not-written', message: expect.stringContaining('ENOSPC') as string };
      await expect(writer.failure).rejects.toMatchObject(full);
      await expect(writer.close()).rejects.toMatchObject(full);
      await expect(stat(path)).rejects.toThrow('ENOENT');
    },
  );
});
