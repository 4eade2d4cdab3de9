import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readImageContents } from '../../../src/image/image-contents.ts';
import { writeOciImage } from '../../../src/image/write-oci-image.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-contents-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Member = Partial<Header> & { readonly name: string; readonly content?: Buffer | string };

async function tar(members: readonly Member[]): Promise<Buffer> {
  const stream = pack();
  for (const { content = '', ...header } of members) stream.entry(header, content);
  stream.finalize();
  return await buffer(stream);
}

/** What `docker save` writes: one member for each layer, in an order of its own. */
async function dockerArchive(layers: readonly Buffer[], config: object): Promise<string> {
  const names = layers.map((layer) => `${createHash('sha256').update(layer).digest('hex')}/layer.tar`);
  const manifest = [{ Config: 'config.json', RepoTags: ['web:1'], Layers: names }];
  const members = layers.map((content, index) => ({ name: names[index] ?? '', content })).toReversed();
  const path = join(folder, `${createHash('sha256').update(names.join()).digest('hex')}.tar`);
  const texts = [
    { name: 'manifest.json', content: JSON.stringify(manifest) },
    { name: 'config.json', content: JSON.stringify({ architecture: 'amd64', os: 'linux', config }) },
  ];
  writeFileSync(path, await tar([...members, ...texts]));
  return path;
}

const program = (name: string): Member => ({ name, mode: 0o755, content: 'x' });

describe('the contents of an image', () => {
  it('are what its layers make together, with what starts and stops it', async () => {
    const lower = await tar([
      { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
      program('usr/bin/sleep'),
      program('usr/bin/curl'),
      { name: './etc/app.conf', mode: 0o644, content: 'x' },
      program('opt/old/tool'),
    ]);
    const upper = await tar([
      { name: 'usr/bin/.wh.curl' },
      { name: 'opt/old/.wh..wh..opq' },
      program('opt/old/new'),
      program('bin/drain'),
    ]);
    const path = await dockerArchive([gzipSync(lower), zstdCompressSync(upper)], {
      Entrypoint: ['/docker-entrypoint.sh'],
      Cmd: ['nginx'],
      Env: ['PATH=/usr/bin'],
      StopSignal: 'SIGQUIT',
    });
    const [image, ...others] = await readImageContents(path);
    expect(others).toEqual([]);
    expect(image).toMatchObject({
      references: ['docker.io/library/web:1'],
      entrypoint: ['/docker-entrypoint.sh'],
      command: ['nginx'],
      env: ['PATH=/usr/bin'],
      stopSignal: 'SIGQUIT',
    });
    expect(image?.files?.get('/usr/bin/sleep')).toEqual({ kind: 'file', executable: true });
    expect(image?.files?.get('/etc/app.conf')).toEqual({ kind: 'file', executable: false });
    expect(image?.files?.get('/bin')).toEqual({ kind: 'link', target: 'usr/bin' });
    expect(image?.files?.get('/usr/bin/drain')).toEqual({ kind: 'file', executable: true });
    expect(image?.files?.has('/usr/bin/curl')).toBe(false);
    expect(image?.files?.has('/opt/old/tool')).toBe(false);
    expect(image?.files?.has('/opt/old/new')).toBe(true);
  });

  it('are read from an OCI layout, also gzipped as a whole', async () => {
    const output = join(folder, 'oci.tar');
    await writeOciImage({
      reference: 'docker.io/library/app:2',
      layers: [[{ kind: 'text', path: '/app/run', text: 'x', mode: 0o755 }]],
      config: { entrypoint: ['/app/run'], stopSignal: 'SIGINT' },
      architecture: 'amd64',
      output,
    });
    const zipped = join(folder, 'oci.tar.gz');
    writeFileSync(zipped, gzipSync(readFileSync(output)));
    for (const path of [output, zipped]) {
      const [image] = await readImageContents(path);
      expect(image).toMatchObject({
        references: ['docker.io/library/app:2'],
        entrypoint: ['/app/run'],
        stopSignal: 'SIGINT',
      });
      expect(image?.files?.get('/app/run')).toEqual({ kind: 'file', executable: true });
    }
  });

  it('leave the files open where a layer is compressed in another way', async () => {
    const path = await dockerArchive([Buffer.from('no tar at all'.repeat(100))], {});
    expect(await readImageContents(path)).toMatchObject([{ files: null }]);
  });

  it('are refused where a layer is not in the archive', async () => {
    const cut = join(folder, 'cut.tar');
    const manifest = [{ Config: 'config.json', RepoTags: null, Layers: ['nowhere/layer.tar'] }];
    writeFileSync(
      cut,
      await tar([
        { name: 'manifest.json', content: JSON.stringify(manifest) },
        { name: 'config.json', content: '{}' },
      ]),
    );
    await expect(readImageContents(cut)).rejects.toMatchObject({ code: 'image-archive-incomplete' });
  });
});
