import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';

import type { ArchivedImage, ImageArchive } from '../../image/image-archive.ts';
import { severalImages } from '../../image/several-images.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';

/**
 * Pushes an image archive to a registry with crane, under a name of its own below the prefix, and returns the
 * reference by digest: whoever pulls it gets exactly these bytes. Credentials are those of `docker login` (or `crane
 * auth login`); a registry on loopback is spoken to without TLS.
 *
 * @param prefix registry and folder, like `registry.example.com/team`.
 * @param crane path of the program.
 * @throws DrainbenchError `image-not-pushed`, `image-archive-several-images`.
 */
export async function pushImage(
  archive: ImageArchive,
  prefix: string,
  crane: string,
  signal: AbortSignal,
): Promise<string> {
  const [image, ...others] = archive.images;
  if (image === undefined || others.length > 0) {
    const names = archive.images.map(({ references }) => references[0] ?? 'without a name');
    throw severalImages(archive.path, names);
  }
  const folder = await mkdtemp(join(tmpdir(), 'drainbench-push-'));
  try {
    const source = await readable(archive, folder, signal);
    const args = ['push', ...(image.platforms.length > 1 ? ['--index'] : []), source, nameIn(prefix, image)];
    const { exitCode, stdout, stderr } = await execa(crane, args, { cancelSignal: signal, reject: false });
    signal.throwIfAborted();
    const pushed = stdout.trim().split('\n').at(-1) ?? '';
    if (exitCode === 0 && pushed.includes('@sha256:')) return pushed;
    throw new DrainbenchError({
      code: 'image-not-pushed',
      message: `the registry did not take the image: ${stderr.trim().split('\n').at(-1) ?? ''}`,
      command: `crane ${args.join(' ')}`,
      detail: stderr.trim().split('\n').slice(-10).join('\n'),
      fix: `docker login ${prefix.split('/')[0] ?? ''}, or name another --registry`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** crane reads an OCI layout from a folder, and what `docker save` writes from an uncompressed tar. */
async function readable(
  { path, format, compression }: ImageArchive,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  if (format === 'oci') {
    await execa('tar', ['-xf', path, '-C', folder, '--no-same-owner'], { cancelSignal: signal });
    return folder;
  }
  if (compression === 'none') return path;
  const plain = join(folder, 'image.tar');
  await pipeline(createReadStream(path), createGunzip(), createWriteStream(plain), { signal });
  return plain;
}

/** `drainbench-` in front: a tag that somebody else uses must not be overwritten. */
function nameIn(prefix: string, { references: [reference = 'app:latest'] }: ArchivedImage): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  return `${prefix}/drainbench-${last}`;
}
