import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectImageArchive } from '../../../src/image/inspect-image-archive.ts';
import { nodeAppImage } from '../../../src/image/node-app-image.ts';
import type { ImageFile } from '../../../src/image/write-oci-image.ts';

let folder = '';
let image: ImageFile;
let rootfs = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-node-app-'));
  const appDir = join(folder, 'app');
  rootfs = join(folder, 'rootfs');
  await mkdir(join(appDir, 'lib'), { recursive: true });
  await mkdir(rootfs);
  await writeFile(join(appDir, 'main.js'), "console.log('hello from ' + require('./lib/name.js'));");
  await writeFile(join(appDir, 'lib', 'name.js'), "module.exports = 'the app';");
  await symlink('main.js', join(appDir, 'index.js'));
  image = await nodeAppImage(
    { reference: 'docker.io/drainbench/app:1', appDir, config: { entrypoint: ['node', '/app/main.js'] } },
    { cacheDir: folder },
  );
  const { stdout } = await execa('tar', ['-xOf', image.path, 'manifest.json']);
  const [entry] = JSON.parse(stdout) as { Layers: string[] }[];
  for (const layer of entry?.Layers ?? []) {
    await execa('sh', [
      '-c',
      'tar -xOf "$0" "$1" | tar -x --no-same-owner -C "$2"',
      image.path,
      layer,
      rootfs,
    ]);
  }
});
afterAll(async () => await rm(folder, { recursive: true }));

describe('nodeAppImage', () => {
  it('is an image for this host', async () => {
    expect(await inspectImageArchive(image.path)).toMatchObject({
      images: [{ references: ['docker.io/drainbench/app:1'], platforms: [{ os: 'linux' }] }],
    });
  });

  it('refuses a folder that is not there', async () => {
    const input = { reference: 'x:1', appDir: join(folder, 'nowhere'), config: { entrypoint: ['node'] } };
    await expect(nodeAppImage(input, { cacheDir: folder })).rejects.toMatchObject({
      code: 'app-folder-unreadable',
    });
  });

  describe.skipIf(process.getuid?.() !== 0)('in its own file system, with nothing of the host', () => {
    const run = async (...command: readonly string[]): Promise<string> => {
      const { stdout } = await execa('chroot', [rootfs, ...command], {
        env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
        extendEnv: false,
      });
      return stdout;
    };

    it('runs the app', async () => {
      expect(await run('node', '/app/main.js')).toBe('hello from the app');
      expect(await run('node', '/app/index.js')).toBe('hello from the app');
    });

    it('has the shell and the commands of an exec hook', async () => {
      expect(await run('sh', '-c', 'sleep 0.01 && cat /etc/nsswitch.conf && ls /app')).toBe(
        'hosts: files dns\nindex.js\nlib\nmain.js',
      );
    });
  });
});
