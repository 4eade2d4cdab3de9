import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedImage } from '../../../src/image/cached-image.ts';
import type { LayerEntry } from '../../../src/image/layer-entry.ts';
import { planOciImage, type OciImageInput } from '../../../src/image/plan-oci-image.ts';
import { processMark } from '../../../src/model/process-mark.ts';
import { writeOciImage, writePlannedImage } from '../../../src/image/write-oci-image.ts';

let folder = '';
let program = '';
let output = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-image-'));
  program = join(folder, 'program');
  output = join(folder, 'out', 'image.tar');
  await writeFile(program, 'x'.repeat(300_000), { mode: 0o755 });
});
afterEach(async () => await rm(folder, { recursive: true }));

const image = (extra: readonly LayerEntry[] = []): OciImageInput => ({
  reference: 'docker.io/drainbench/x:1',
  layers: [
    [
      { kind: 'file', path: '/bin/program', source: program },
      { kind: 'link', path: '/bin/alias', target: 'program' },
      { kind: 'folder', path: '/tmp', mode: 0o1777 },
      { kind: 'text', path: '/etc/passwd', text: 'root:x:0:0\n' },
      ...extra,
    ],
  ],
  config: {
    entrypoint: ['/bin/program', '--flag'],
    env: { LANG: 'C' },
    user: '1000:1000',
    workingDir: '/tmp',
    stopSignal: 'SIGQUIT',
    labels: { purpose: 'test' },
  },
  architecture: 'amd64',
});
const outputs = async (): Promise<readonly string[]> => await readdir(join(folder, 'out'));

describe('writeOciImage', () => {
  it('writes what tar, and with it every runtime, unpacks to the same files', async () => {
    await writeOciImage({ ...image(), output });
    const layout = join(folder, 'layout');
    await mkdir(layout);
    await execa('tar', ['-xf', output, '-C', layout]);
    const json = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(join(layout, name), 'utf8'));
    const [entry] = (await json('manifest.json')) as {
      Config: string;
      RepoTags: string[];
      Layers: string[];
    }[];
    expect(entry?.RepoTags).toEqual(['docker.io/drainbench/x:1']);
    expect(await json(entry?.Config ?? '')).toMatchObject({
      architecture: 'amd64',
      os: 'linux',
      config: {
        Entrypoint: ['/bin/program', '--flag'],
        Env: [expect.stringMatching(/^PATH=/), 'LANG=C'] as string[],
        User: '1000:1000',
        WorkingDir: '/tmp',
        StopSignal: 'SIGQUIT',
        Labels: { purpose: 'test' },
      },
    });
    const { stdout } = await execa('tar', [
      '-tvf',
      join(layout, entry?.Layers[0] ?? ''),
      '--full-time',
      '--utc',
    ]);
    expect(stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 bin/',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 bin/alias -> program',
      '-rwxr-xr-x 0/0 300000 1970-01-01 00:00:00 bin/program',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 etc/',
      '-rw-r--r-- 0/0 11 1970-01-01 00:00:00 etc/passwd',
      'drwxrwxrwt 0/0 0 1970-01-01 00:00:00 tmp/',
    ]);
  });

  it('names each blob after its content', async () => {
    await writeOciImage({ ...image(), output });
    await execa('tar', ['-xf', output, '-C', folder]);
    const blobs = join(folder, 'blobs', 'sha256');
    const names = await readdir(blobs);
    const sums = names.map((name) => `${name}  ${name}`).join('\n');
    await execa('sha256sum', ['--check', '--strict'], { cwd: blobs, input: `${sums}\n` });
    expect(names).toHaveLength(3);
  });

  it('writes the same bytes whenever, by whomever and in whatever order its files were made', async () => {
    const first = await writeOciImage({ ...image(), output });
    const before = await readFile(output);
    await utimes(program, 1, 1);
    await chmod(program, 0o711);
    const [entries = []] = image().layers;
    const second = await writeOciImage({ ...image(), layers: [entries.toReversed()], output });
    expect(second.digest).toBe(first.digest);
    expect(before.equals(await readFile(output))).toBe(true);
  });

  it('gives another digest to other content', async () => {
    const first = await planOciImage(image());
    await appendFile(program, 'y');
    expect((await planOciImage(image())).digest).not.toBe(first.digest);
  });

  it('knows the size of the archive before it is written', async () => {
    const plan = await planOciImage(image());
    await writePlannedImage(plan, output);
    expect((await stat(output)).size).toBe(plan.sizeBytes);
  });

  it.each([300_000, 100_000, 900_000])(
    'leaves no file when a source changes under it, to %i bytes',
    async (size) => {
      const plan = await planOciImage(image());
      await writeFile(program, 'z'.repeat(size));
      await expect(writePlannedImage(plan, output)).rejects.toMatchObject({ code: 'image-source-changed' });
      expect(await outputs()).toEqual([]);
    },
  );

  it('leaves no file when it is aborted, and an older one untouched', async () => {
    await writeOciImage({ ...image(), output });
    const before = await readFile(output);
    const aborted = AbortSignal.abort();
    const other = image([{ kind: 'text', path: '/more', text: 'more' }]);
    await expect(writeOciImage({ ...other, output, signal: aborted })).rejects.toThrow(/abort/i);
    expect(await outputs()).toEqual(['image.tar']);
    expect(before.equals(await readFile(output))).toBe(true);
  });

  it.skipIf(process.getuid?.() !== 0)('says so when the disk is full, and leaves nothing on it', async () => {
    await mkdir(join(folder, 'out'));
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', join(folder, 'out')]);
    try {
      await expect(writeOciImage({ ...image(), output })).rejects.toMatchObject({ code: 'disk-full' });
      expect(await outputs()).toEqual([]);
    } finally {
      await execa('umount', [join(folder, 'out')]);
    }
  });
});

describe('cachedImage', () => {
  const cached = async (): Promise<string> => (await cachedImage('x', image(), { cacheDir: folder })).path;

  it('writes once, and anew when a source has changed', async () => {
    const first = await cached();
    const { ino } = await stat(first);
    expect(await cached()).toBe(first);
    expect((await stat(first)).ino).toBe(ino);
    await appendFile(program, 'y');
    expect(await cached()).not.toBe(first);
  });

  it('writes again what was cut off', async () => {
    const path = await cached();
    const whole = await readFile(path);
    await truncate(path, 1_000);
    expect(await cached()).toBe(path);
    expect(whole.equals(await readFile(path))).toBe(true);
  });

  it('is safe against two at once', async () => {
    const [one, two] = await Promise.all([cached(), cached()]);
    expect(one).toBe(two);
    expect(await readdir(join(folder, 'images'))).toHaveLength(1);
  });

  it('sweeps what a killed process left, and not what a living one writes', async () => {
    const dead = processMark().replace(/^(\d+)-\d+/, '$1-1'); // the pid was given to us since
    await mkdir(join(folder, 'images'));
    await writeFile(join(folder, 'images', `a.tar.tmp-${dead}-0a`), '');
    await writeFile(join(folder, 'images', `b.tar.tmp-${processMark()}-0a`), '');
    await cached();
    expect((await readdir(join(folder, 'images'))).filter((name) => name.includes('.tmp-'))).toEqual([
      `b.tar.tmp-${processMark()}-0a`,
    ]);
  });
});
