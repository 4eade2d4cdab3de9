import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { findK6, k6Of, OLDEST_K6 } from '../../../src/run/find-k6.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-k6-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function onThePath(script: string): Promise<string> {
  const path = join(folder, 'k6');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

it.each([
  ['k6 v1.0.0 (commit/x, go1.24.1, linux/amd64)', 'v1.0.0'],
  ['k6 v1.8.1 (go1.26.8, linux/amd64)', 'v1.8.1'],
  ['k6 v2.3.0 (commit/x, go1.27.0, linux/amd64)\nExtensions:\n  a v1, k6/x/a [js]', 'v2.3.0'],
])('takes the k6 on the PATH that says “%s”', async (said, version) => {
  const path = await onThePath(`echo '${said}'`);
  expect(await findK6({ searchPath: folder })).toEqual({ path, version });
});

it('refuses one that is too old, and says which it needs', async () => {
  const path = await onThePath("echo 'k6 v0.57.0 (go1.23.6, linux/amd64)'");
  await expect(findK6({ searchPath: folder })).rejects.toMatchObject({
    code: 'k6-too-old',
    exitCode: 69,
    message: expect.stringContaining(path) as string,
    expected: `k6 ${OLDEST_K6} or newer`,
    found: 'v0.57.0',
  });
});

it('refuses one that does not say its version, with what it said', async () => {
  await onThePath('echo broken >&2; exit 3');
  await expect(findK6({ searchPath: folder })).rejects.toMatchObject({
    code: 'k6-unusable',
    found: 'broken',
  });
});

it('takes the pinned one where the PATH has none', async () => {
  const { path, version } = await findK6({ searchPath: folder });
  expect(path).toContain('/tools/k6-v');
  expect(version).toMatch(/^v1\./);
});

it('looks for none where no load is k6’s', async () => {
  await onThePath('exit 1');
  expect(await k6Of([{ engine: 'native' }], { searchPath: folder })).toBeNull();
});
