import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readManifest } from '../../../src/workload/read-manifest.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-manifest-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function read(text: string) {
  const path = join(folder, 'app.yaml');
  await writeFile(path, text);
  return await readManifest(path);
}
const object = (name: string) => `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} } }`;

test('documents and lists are read in order, empty documents skipped', async () => {
  const text = `---\n${object('a')}\n---\n# nothing\n---\napiVersion: v1\nkind: List\nitems: [${object('b')}, ${object('c')}]\n`;
  expect((await read(text)).map(({ metadata }) => metadata?.name)).toEqual(['a', 'b', 'c']);
});

test.each([
  ['broken YAML', 'a: [', /app\.yaml:1:5: /],
  [
    'no Kubernetes object',
    `${object('a')}\n---\nkind: Pod\n`,
    /app\.yaml:\d+:1: not a Kubernetes object: apiVersion/,
  ],
  [
    'an object without a name',
    'apiVersion: v1\nkind: Pod\nmetadata: {}\n',
    /not a Kubernetes object: metadata\.name/,
  ],
])('%s is a usage error with its place', async (_what, text, message) => {
  await expect(read(text)).rejects.toMatchObject({
    code: 'manifest-invalid',
    exitCode: 64,
    message: expect.stringMatching(message) as string,
  });
});
