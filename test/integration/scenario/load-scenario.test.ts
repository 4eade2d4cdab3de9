import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadScenario } from '../../../src/scenario/load-scenario.ts';

const TEXT = `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: own, question: Does it work? }
spec:
  app:
    manifest: k8s/app.yaml
    imageArchive: app.tar
    imageArchives: [proxy.tar]
    workload: { kind: Deployment, name: app }
    port: 8080
  loads: [{ name: fresh, connections: fresh, ratePerSecond: 1 }]
  disruptions: [{ type: delete }]
  strategies: [{ name: none }]
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-scenario-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('paths in a scenario are relative to its file and come back absolute', async () => {
  await mkdir(join(folder, 'k8s'));
  await writeFile(join(folder, 'k8s/app.yaml'), '');
  await writeFile(join(folder, 'app.tar'), '');
  await writeFile(join(folder, 'proxy.tar'), '');
  await writeFile(join(folder, 's.yaml'), TEXT);
  const { spec } = await loadScenario(join(folder, 's.yaml'));
  expect(spec.app).toMatchObject({
    manifest: join(folder, 'k8s/app.yaml'),
    imageArchive: join(folder, 'app.tar'),
    imageArchives: [join(folder, 'proxy.tar')],
  });
});

test('files that a scenario names and that do not exist are mistakes in it, with their place', async () => {
  const file = join(folder, 's.yaml');
  await writeFile(file, TEXT);
  await expect(loadScenario(file)).rejects.toMatchObject({
    code: 'scenario-invalid',
    detail: expect.stringMatching(
      new RegExp(
        `${file}:6:15: there is no file ${folder}/k8s/app.yaml\n(.*\n)*${file}:7:19: there is no file(.*\n)*${file}:8:21: there is no file`,
      ),
    ) as string,
  });
});

test.each<[string, (file: string) => Promise<unknown>, object]>([
  ['a missing file', () => Promise.resolve(), { code: 'scenario-not-found' }],
  ['a directory', (file) => mkdir(file), { code: 'scenario-is-directory' }],
  ['an empty file', (file) => writeFile(file, ''), { code: 'scenario-invalid' }],
  [
    'Latin-1 text',
    (file) => writeFile(file, Buffer.from('a: 1\nb: M\xfcller\n', 'latin1')),
    { code: 'scenario-not-utf8', found: 'bytes on line 2 that are not valid UTF-8' },
  ],
  [
    'UTF-16 text',
    (file) => writeFile(file, Buffer.from('\uFEFFa: ü', 'utf16le')),
    { code: 'scenario-not-utf8', found: 'UTF-16 (by its byte order mark)' },
  ],
  [
    'a file far too large',
    (file) => writeFile(file, Buffer.alloc(2 ** 20 + 1, 0x20)),
    { code: 'scenario-too-large' },
  ],
])('%s is a usage error that names the file', async (_what, make, expected) => {
  const file = join(folder, 's.yaml');
  await make(file);
  await expect(loadScenario(file)).rejects.toMatchObject({
    ...expected,
    exitCode: 64,
    message: expect.stringContaining(file) as string,
  });
});

test('an archive that is not there is told with the command that builds it, where an image.yaml lies beside it', async () => {
  await mkdir(join(folder, 'web'));
  await writeFile(join(folder, 'web/image.yaml'), '');
  const text = TEXT.replace('imageArchive: app.tar', 'imageArchive: web/image.tar');
  await writeFile(join(folder, 's.yaml'), text);
  await expect(loadScenario(join(folder, 's.yaml'))).rejects.toMatchObject({
    detail: expect.stringMatching(
      /there is no file \S*\/web\/image\.tar; drainbench image build \S*\/web makes it\n/,
    ) as string,
  });
});
