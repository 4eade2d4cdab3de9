import { lstat, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { writeChunksAtomically } from '../../../src/history/write-chunks-atomically.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-chunks-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('writeChunksAtomically writes all chunks into one file, whose folder it makes', async () => {
  const path = join(folder, 'a', 'b.csv');
  await writeChunksAtomically(path, ['one\n', 'two\n']);
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
});

it('writeChunksAtomically leaves the old file, and nothing else, when the chunks end with an error', async () => {
  const path = join(folder, 'b.csv');
  await writeFile(path, 'old');
  function* broken(): Generator<string> {
    yield 'new';
    throw new Error('cannot render');
  }
  await expect(writeChunksAtomically(path, broken())).rejects.toThrow('cannot render');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['b.csv']);
});

it('writeChunksAtomically says what to do when the file cannot be written', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(writeChunksAtomically(join(folder, 'file', 'b.csv'), [])).rejects.toMatchObject({
    code: 'file-not-written',
  });
});

it('writeChunksAtomically never writes through a link, neither one that has its own name nor one that has the unfinished file’s', async () => {
  const path = join(folder, 'report.html');
  const target = join(folder, 'of-somebody');
  await writeFile(target, 'theirs');
  await symlink(target, path);
  await symlink(target, `${path}.partial`);
  await writeChunksAtomically(path, ['ours']);
  expect(await readFile(target, 'utf8')).toBe('theirs');
  expect(await readFile(path, 'utf8')).toBe('ours');
  expect((await lstat(path)).isSymbolicLink()).toBe(false);
});
