import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMarkOfDead, PROCESS_MARK } from '../model/process-mark.ts';
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
  const written = await writePlannedImage(plan, path, signal);
  await sweepOldGenerations(imagesDir, name);
  return written;
}

/** Another checkout may use another generation of an image. */
const GENERATIONS_KEPT = 3;

/** Removes what a source that has changed since had made, but for the last few. */
async function sweepOldGenerations(imagesDir: string, image: string): Promise<void> {
  const isGeneration = new RegExp(`^${image}-[0-9a-f]{16}\\.tar$`);
  const files = (await readdir(imagesDir)).filter((name) => isGeneration.test(name));
  const written = await Promise.all(
    files.map(async (name) => ({ name, atMs: (await stat(join(imagesDir, name))).mtimeMs })),
  );
  for (const { name } of written.toSorted((one, other) => other.atMs - one.atMs).slice(GENERATIONS_KEPT))
    await rm(join(imagesDir, name), { force: true });
}

const WRITTEN_BY = new RegExp(String.raw`\.tar\.tmp-(${PROCESS_MARK})-[0-9a-f]+$`);

/** Removes the temporary files of processes that were killed while they wrote. */
async function sweepDeadWrites(imagesDir: string): Promise<void> {
  for (const name of await readdir(imagesDir).catch(() => [])) {
    const mark = WRITTEN_BY.exec(name)?.[1];
    if (mark !== undefined && isMarkOfDead(mark)) await rm(join(imagesDir, name), { force: true });
  }
}
