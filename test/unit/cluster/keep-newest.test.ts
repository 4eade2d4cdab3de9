import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { keepNewest } from '../../../src/cluster/keep-newest.ts';

it('the newest entries are kept, whatever they are called, and the rest is removed and named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drainbench-newest-'));
  for (const [name, second] of [
    ['b', 3],
    ['a', 1],
    ['c', 2],
  ] as const) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'log'), '');
    await utimes(join(folder, name), second, second);
  }
  expect(await keepNewest(folder, 2)).toEqual(['a']);
  expect((await readdir(folder)).toSorted()).toEqual(['b', 'c']);
  await rm(folder, { recursive: true });
  expect(await keepNewest(folder, 2)).toEqual([]);
});
