import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { planOciImage, type OciImageInput } from './plan-oci-image.ts';
import { writePlannedImage, type ImageFile } from './write-oci-image.ts';

export interface ImageCacheOptions {
  /** drainbench's cache folder (see cacheRoot); images are kept in its `images`. */
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
}

/**
 * The image in the cache, written if it is not there. Its file is named after the hash of everything that is in
 * it, so a change in any source gives a new one; one whose size is not what it must be is written again.
 */
export async function cachedImage(
  name: string,
  input: OciImageInput,
  { cacheDir, signal }: ImageCacheOptions,
): Promise<ImageFile> {
  const plan = await planOciImage(input);
  const imagesDir = join(cacheDir, 'images');
  const path = join(imagesDir, `${name}-${plan.archiveHash.slice(0, 16)}.tar`);
  const found = await stat(path).catch(() => undefined);
  if (found?.size === plan.sizeBytes) return { path, reference: plan.reference, digest: plan.digest };
  await sweepDeadWrites(imagesDir);
  return await writePlannedImage(plan, path, signal);
}

/** Removes the temporary files of processes that were killed while they wrote. */
async function sweepDeadWrites(imagesDir: string): Promise<void> {
  for (const name of await readdir(imagesDir).catch(() => [])) {
    const pid = /\.tar\.tmp-(\d+)-[0-9a-f]+$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(imagesDir, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
