import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { readImageContents, type ImageContents } from '../../../src/image/image-contents.ts';
import { buildImage, type BuiltImage } from '../../../src/recipe/build-image.ts';

const APPS = resolve(import.meta.dirname, '../../../scenarios/apps');
const isRoot = process.getuid?.() === 0;
const { exitCode: aptKnows } = await execa('apt-cache', ['show', 'nginx'], { reject: false });

let folder: string;
let cacheDir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-recipe-'));
  cacheDir = join(folder, 'cache');
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const { signal } = new AbortController();

async function build(name: string): Promise<{ built: BuiltImage; contents: ImageContents }> {
  const output = join(folder, `${name}.tar`);
  const built = await buildImage(join(APPS, name), { output, cacheDir, signal });
  const [contents] = await readImageContents(output);
  if (contents === undefined) throw new Error('no image');
  return { built, contents };
}

/** Runs the image in a file system and network of its own, asks it once, and ends it. */
async function answerOf(archive: string, { entrypoint, env }: ImageContents): Promise<unknown> {
  const root = await mkdtemp(join(folder, 'root-'));
  await chmod(root, 0o755);
  const { stdout } = await execa('tar', ['-xOf', archive, 'manifest.json']);
  const [image] = JSON.parse(stdout) as { Layers: string[] }[];
  for (const layer of image?.Layers ?? []) {
    await execa('sh', ['-c', 'tar -xOf "$0" "$1" | tar -x --no-same-owner -C "$2"', archive, layer, root]);
  }
  const ask = `
    const deadline = Date.now() + 10000;
    for (;;) {
      try {
        const answer = await fetch('http://127.0.0.1:8080/');
        const ready = await fetch('http://127.0.0.1:8080/readyz');
        console.log(JSON.stringify([answer.status, answer.headers.get('x-pod'), ready.status]));
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }`;
  const start = 'hostname pod-1; ip link set lo up; "$@" >&2 & exec "$NODE" --input-type=module -e "$ASK"';
  const answer = await execa(
    'unshare',
    [
      ...['--net', '--uts', '--pid', '--fork', '--kill-child', 'sh', '-c', start, 'sh'],
      ...['chroot', '--userspec=65532:65532', root, '/bin/env', '-i', ...env, ...entrypoint],
    ],
    { env: { NODE: process.execPath, ASK: ask } },
  );
  return JSON.parse(answer.stdout);
}

describe.skipIf(aptKnows !== 0)('the image of nginx, from a Debian package', () => {
  it('has the program, what it loads, its configuration and no documentation', async () => {
    const { built, contents } = await build('nginx');
    expect(built).toMatchObject({ reference: 'drainbench.dev/apps/nginx:dev' });
    expect(built.sizeBytes).toBeLessThan(150e6);
    expect(contents).toMatchObject({
      references: ['drainbench.dev/apps/nginx:dev'],
      entrypoint: ['/usr/sbin/nginx', '-e', 'stderr', '-c', '/etc/nginx/nginx.conf'],
      stopSignal: null,
    });
    const files = [...(contents.files?.keys() ?? [])];
    expect(contents.files?.get('/usr/sbin/nginx')).toEqual({ kind: 'file', executable: true });
    expect(files).toContain('/etc/nginx/nginx.conf');
    expect(files.filter((path) => /\/libpcre2-8\.so\.0$/.test(path))).toHaveLength(1);
    expect(files.filter((path) => path.startsWith('/usr/share/'))).toEqual([]);
  });

  it.skipIf(!isRoot)('starts, is ready and names its Pod', async () => {
    const { built, contents } = await build('nginx');
    expect(await answerOf(built.path, contents)).toEqual([200, 'pod-1', 200]);
  });

  it('is there again without a download, by the same bytes', async () => {
    const first = await readFile((await build('nginx')).built.path);
    vi.stubEnv('http_proxy', 'http://127.0.0.1:9');
    vi.stubEnv('https_proxy', 'http://127.0.0.1:9');
    const again = await readFile((await build('nginx')).built.path);
    expect(again.equals(first)).toBe(true);
  });

  it('is refused without a network, and leaves nothing', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:9');
    vi.stubEnv('https_proxy', 'http://127.0.0.1:9');
    // apt asks again after pauses that grow.
    vi.stubEnv('APT_CONFIG', join(folder, 'apt.conf'));
    await writeFile(join(folder, 'apt.conf'), 'Acquire::Retries "0";');
    const own = join(folder, 'no-network');
    const output = join(folder, 'no-network.tar');
    await expect(buildImage(join(APPS, 'nginx'), { output, cacheDir: own, signal })).rejects.toMatchObject({
      code: 'packages-unreachable',
    });
    expect(await leftIn(own)).toEqual([]);
  });

  it('leaves nothing where it is interrupted', async () => {
    const own = join(folder, 'interrupted');
    const output = join(folder, 'interrupted.tar');
    const controller = new AbortController();
    const interrupt = (): void => {
      controller.abort(new Error('Ctrl-C'));
    };
    const options = { output, cacheDir: own, signal: controller.signal, onStep: interrupt };
    await expect(buildImage(join(APPS, 'nginx'), options)).rejects.toThrow('Ctrl-C');
    expect(await leftIn(own)).toEqual([]);
    expect(await readdir(folder)).not.toContain('interrupted.tar');
  });

  it('is refused where a path is not in its packages, with the path', async () => {
    const own = join(folder, 'wrong-path');
    await cp(join(APPS, 'nginx'), own, { recursive: true });
    const recipe = await readFile(join(own, 'image.yaml'), 'utf8');
    await writeFile(join(own, 'image.yaml'), recipe.replace('[/usr/sbin/nginx]', '[/usr/bin/nginx]'));
    await expect(buildImage(own, { cacheDir, signal })).rejects.toMatchObject({
      code: 'path-not-in-packages',
      message: expect.stringContaining('/usr/bin/nginx') as string,
    });
  });

  it('is refused where a package is unknown, and names it', async () => {
    const own = join(folder, 'unknown-package');
    await cp(join(APPS, 'nginx'), own, { recursive: true });
    const recipe = await readFile(join(own, 'image.yaml'), 'utf8');
    await writeFile(
      join(own, 'image.yaml'),
      recipe.replace('packages: [nginx]', 'packages: [no-such-nginx]'),
    );
    await expect(buildImage(own, { cacheDir, signal })).rejects.toMatchObject({
      code: 'package-not-found',
      detail: expect.stringContaining('no-such-nginx') as string,
    });
  });

  it.skipIf(!isRoot)('is refused where the disk is full', async () => {
    const small = await mkdtemp(join(folder, 'small-'));
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]);
    try {
      const output = join(folder, 'full.tar');
      await expect(
        buildImage(join(APPS, 'nginx'), { output, cacheDir: small, signal }),
      ).rejects.toMatchObject({ code: 'disk-full' });
    } finally {
      await execa('umount', [small]);
    }
  });
});

describe('the image of a Go program, from a module in its folder', () => {
  it.skipIf(!isRoot)('starts, is ready and names its Pod', async () => {
    const { built, contents } = await build('go-net-http');
    expect(built.sizeBytes).toBeLessThan(150e6);
    expect(contents.files?.get('/server')).toEqual({ kind: 'file', executable: true });
    expect(await answerOf(built.path, contents)).toEqual([200, 'pod-1', 200]);
  });
});

/** What a build has left, but for empty lock files. */
async function leftIn(cache: string): Promise<readonly string[]> {
  const found = await readdir(cache, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile() && !entry.name.endsWith('.lock')).map(({ name }) => name);
}
