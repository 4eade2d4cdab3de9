import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectImageArchive } from '../../../src/image/inspect-image-archive.ts';
import { writeOciImage } from '../../../src/image/write-oci-image.ts';
import { EXIT } from '../../../src/model/exit-code.ts';
import { blob, writeTar, type Blob } from './write-tar.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-inspect-'));
  path = join(folder, 'image.tar');
});
afterEach(async () => await rm(folder, { recursive: true }));

const layer = blob('layer.v1.tar', 'not JSON: a layer');
const config = (architecture: string): Blob => blob('config.v1+json', { architecture, os: 'linux' });
const manifest = (architecture: string): Blob =>
  blob('manifest.v1+json', { config: config(architecture).descriptor, layers: [layer.descriptor] });
const named = ({ descriptor }: Blob, name: string, key = 'io.containerd.image.name'): object => ({
  ...descriptor,
  annotations: { [key]: name },
});
const layout = (manifests: readonly object[], ...blobs: readonly Blob[]): Record<string, string> => ({
  'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
  'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
  ...Object.fromEntries(blobs.map(({ name, text }) => [name, text])),
});
const dockerImage = (tag: string, Config = 'config.json'): object => ({
  Config,
  RepoTags: [tag],
  Layers: ['abc/layer.tar'],
});
const docker = (images: readonly object[]): Record<string, string> => ({
  'abc/layer.tar': 'a layer',
  'config.json': '{"architecture":"arm64","os":"linux"}',
  'manifest.json': JSON.stringify(images),
});

describe('an archive', () => {
  it('that we wrote ourselves is read back', async () => {
    await writeOciImage({
      output: path,
      reference: 'docker.io/drainbench/x:1',
      layers: [[{ kind: 'text', path: '/x', text: 'x' }]],
      config: { entrypoint: ['/x'] },
      architecture: 'arm64',
    });
    expect(await inspectImageArchive(path)).toEqual({
      path,
      format: 'oci',
      compression: 'none',
      images: [
        { references: ['docker.io/drainbench/x:1'], platforms: [{ os: 'linux', architecture: 'arm64' }] },
      ],
    });
  });

  it('that docker save wrote is read, with its name completed', async () => {
    await writeTar(path, docker([dockerImage('app:1')]));
    expect(await inspectImageArchive(path)).toMatchObject({
      format: 'docker-archive',
      images: [
        { references: ['docker.io/library/app:1'], platforms: [{ os: 'linux', architecture: 'arm64' }] },
      ],
    });
  });

  it('that is gzipped as a whole is read', async () => {
    await writeTar(path, docker([dockerImage('app:1')]));
    await writeFile(path, gzipSync(await readFile(path)));
    expect(await inspectImageArchive(path)).toMatchObject({
      compression: 'gzip',
      images: [{ platforms: [{ architecture: 'arm64' }] }],
    });
  });

  it('whose members begin with ./ is read', async () => {
    const members = Object.entries(docker([dockerImage('app:1')])).map(([name, text]) => [`./${name}`, text]);
    await writeTar(path, Object.fromEntries(members) as Record<string, string>);
    expect(await inspectImageArchive(path)).toMatchObject({ format: 'docker-archive' });
  });

  it('with a nested index lists the platforms that are in it, and not those that were left out', async () => {
    const platforms = [manifest('amd64'), manifest('arm64'), manifest('s390x')];
    const attestation = blob('manifest.v1+json', { config: config('unknown').descriptor, layers: [] });
    const nested = blob('index.v1+json', { manifests: [...platforms, attestation].map((m) => m.descriptor) });
    const kept = [manifest('amd64'), manifest('arm64'), config('amd64'), config('arm64'), layer];
    await writeTar(
      path,
      layout([named(nested, 'me/app:2')], nested, attestation, config('unknown'), ...kept),
    );
    expect(await inspectImageArchive(path)).toMatchObject({
      images: [
        {
          references: ['docker.io/me/app:2'],
          platforms: [
            { os: 'linux', architecture: 'amd64' },
            { os: 'linux', architecture: 'arm64' },
          ],
        },
      ],
    });
  });

  it('whose image has two names is one image', async () => {
    const one = manifest('amd64');
    await writeTar(path, layout([named(one, 'app:1'), named(one, 'app:2')], one, config('amd64'), layer));
    expect(await referencesOf(path)).toEqual([['docker.io/library/app:1', 'docker.io/library/app:2']]);
  });

  it.each([
    ['localhost/app:1', ['localhost/app:1']],
    ['latest', []],
  ])('that is annotated with the name "%s" has the references %j', async (refName, references) => {
    const one = manifest('amd64');
    const entry = named(one, refName, 'org.opencontainers.image.ref.name');
    await writeTar(path, layout([entry], one, config('amd64'), layer));
    expect(await referencesOf(path)).toEqual([references]);
  });
});

describe('an archive of several images', () => {
  const both = [['docker.io/library/a:1'], ['docker.io/library/b:1']];

  it('is read as docker save a b wrote it', async () => {
    await writeTar(path, docker([dockerImage('a:1'), dockerImage('b:1')]));
    expect(await referencesOf(path)).toEqual(both);
  });

  it('is read as an OCI layout, also where the images are of different platforms', async () => {
    const [one, two] = [manifest('amd64'), manifest('arm64')];
    const blobs = [one, two, config('amd64'), config('arm64'), layer];
    await writeTar(path, layout([named(one, 'a:1'), named(two, 'b:1')], ...blobs));
    expect(await referencesOf(path)).toEqual(both);
  });

  it('is one image where what has no name differs in its platform only', async () => {
    const [one, two] = [manifest('amd64'), manifest('arm64')];
    const blobs = [one, two, config('amd64'), config('arm64'), layer];
    await writeTar(path, layout([one.descriptor, two.descriptor], ...blobs));
    expect(await referencesOf(path)).toEqual([[]]);
  });
});

async function referencesOf(file: string): Promise<readonly (readonly string[])[]> {
  return (await inspectImageArchive(file)).images.map(({ references }) => references);
}

describe('an archive is refused', () => {
  const refused = async (file = path): Promise<unknown> =>
    await inspectImageArchive(file).then(
      () => 'read',
      (error: unknown) => error,
    );

  it('when it is missing or a folder', async () => {
    const unreadable = { code: 'image-archive-unreadable', exitCode: EXIT.usage };
    expect(await refused()).toMatchObject(unreadable);
    expect(await refused(folder)).toMatchObject(unreadable);
  });

  it.each([
    ['', 'an empty file'],
    ['kind: Pod\n'.repeat(200), 'something else'],
    ['\x28\xb5\x2f\xfd....', 'compressed with zstd: decompress it first (unzstd)'],
    ['PK\x03\x04....', 'a zip file'],
  ])('when it is no tar: %j', async (content, found) => {
    await writeFile(path, content, 'latin1');
    expect(await refused()).toMatchObject({ code: 'image-archive-not-a-tar', found });
  });

  it('when a gzip holds no tar', async () => {
    await writeFile(path, gzipSync('kind: Pod\n'.repeat(200)));
    expect(await refused()).toMatchObject({ code: 'image-archive-not-a-tar' });
  });

  it('when it is a tar without an image', async () => {
    await writeTar(path, { 'etc/passwd': 'root', 'package/index.json': '{}' });
    expect(await refused()).toMatchObject({
      code: 'image-archive-no-image',
      found: 'etc/passwd, package/index.json',
    });
  });

  it('when it is cut off, wherever that is', async () => {
    await writeTar(path, docker([dockerImage('app:1')]));
    const whole = await readFile(path);
    const codes = new Set<unknown>();
    for (let length = 512 + 100; length < whole.length - 1024; length += 300) {
      await writeFile(path, whole.subarray(0, length));
      codes.add(((await refused()) as { code?: string }).code);
    }
    const acceptable = ['image-archive-truncated', 'image-archive-no-image', 'image-archive-incomplete'];
    expect([...codes].filter((code) => !acceptable.includes(String(code)))).toEqual([]);
    expect(codes).toContain('image-archive-truncated');
  });

  it('when its gzip is cut off', async () => {
    await writeTar(path, docker([dockerImage('app:1')]));
    const whole = gzipSync(await readFile(path));
    await writeFile(path, whole.subarray(0, whole.length - 20));
    expect(await refused()).toMatchObject({ code: 'image-archive-truncated' });
  });

  it('when a layer or a config that it names is not in it', async () => {
    const one = manifest('amd64');
    await writeTar(path, layout([one.descriptor], one, config('amd64')));
    expect(await refused()).toMatchObject({ code: 'image-archive-incomplete', expected: layer.name });
    await writeTar(path, docker([dockerImage('app:1', 'gone.json')]));
    expect(await refused()).toMatchObject({ code: 'image-archive-incomplete', expected: 'gone.json' });
  });

  it('when its JSON is not what the format says', async () => {
    await writeTar(path, { 'manifest.json': '[{"Config":7}]' });
    expect(await refused()).toMatchObject({ code: 'image-archive-invalid' });
    await writeTar(path, { 'manifest.json': '[{"Config":' });
    expect(await refused()).toMatchObject({ code: 'image-archive-invalid' });
  });
});
