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

/** Lists of ten times the list before. */
function bomb(levels: number): string {
  const lists = Array.from({ length: levels }, (_, level) => {
    const item = level === 0 ? 'x' : `*l${level - 1}`;
    return `  l${level}: &l${level} [${Array(10).fill(item).join(', ')}]\n`;
  });
  return lists.join('');
}

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
    'a kind that breaks out of its line, by an escape of YAML',
    'apiVersion: v1\nkind: "ConfigMap\\n---\\nkind: ClusterRoleBinding"\nmetadata: { name: a }\n',
    /not a Kubernetes object: kind is none that Kubernetes allows/,
  ],
  [
    'a version that breaks out of its line',
    'apiVersion: "v1\\u2028rules: []"\nkind: Pod\nmetadata: { name: a }\n',
    /not a Kubernetes object: apiVersion is none that Kubernetes allows/,
  ],
  [
    'a name that is another path',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: ../../secrets }\n',
    /not a Kubernetes object: metadata\.name is none that Kubernetes allows/,
  ],
  [
    'an alias bomb',
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n${bomb(9)}`,
    /app\.yaml:1:1: Excessive alias count/,
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
