import { copyFile, link, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cachedImage } from '../image/cached-image.ts';
import { ociArchitecture } from '../image/oci-architecture.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { processMark } from '../model/process-mark.ts';
import { cacheFailure } from '../tools/cache-failure.ts';
import { fetchSources } from './fetch-sources.ts';
import { recipeName } from './image-recipe.ts';
import { readRecipe } from './read-recipe.ts';
import { recipeLayers } from './recipe-layers.ts';

export interface BuildImageOptions {
  /** Where the archive goes; default: `image.tar` in the folder. */
  readonly output?: string;
  readonly refresh?: boolean;
  /** drainbench's cache folder (see cacheRoot). */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onStep?: (doing: string) => void;
}

export interface BuiltImage {
  readonly reference: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** Where `image build` puts the archive of a folder, and where the folder's scenario looks for it. */
export const IMAGE_FILE = 'image.tar';

/**
 * Assembles the image that a folder's image.yaml describes, without Docker: packages are unpacked and not installed,
 * programs built, and all of it written as an archive that containerd, kind and docker import.
 *
 * @throws DrainbenchError `image-recipe-missing`, `image-recipe-invalid`, those of stepFailure, `path-not-in-packages`,
 *   `library-missing`, `disk-full`, `cache-not-writable`, `image-not-written`; the signal's reason on abort.
 */
export async function buildImage(folder: string, options: BuildImageOptions): Promise<BuiltImage> {
  const { cacheDir, refresh = false, signal, onStep = () => undefined } = options;
  const root = resolve(folder);
  const recipe = await readRecipe(folder);
  try {
    const sources = join(cacheDir, 'image-sources');
    const fetched = await fetchSources(recipe, root, { cacheDir: sources, refresh, signal, onStep });
    onStep('writing the archive');
    const { entrypoint, env, user, stopSignal } = recipe;
    const image = await cachedImage(
      recipeName(recipe),
      {
        reference: recipe.image,
        layers: await recipeLayers(recipe, root, fetched),
        config: { entrypoint, env, user, ...(stopSignal !== undefined && { stopSignal }) },
        architecture: ociArchitecture(process.arch),
      },
      { cacheDir, signal },
    );
    signal.throwIfAborted();
    const path = options.output ?? join(folder, IMAGE_FILE);
    await place(image.path, path);
    return { reference: image.reference, path, sizeBytes: (await stat(path)).size };
  } catch (error) {
    throw cacheFailure(cacheDir, error) ?? error;
  }
}

/** A second name of the file in the cache where the file system allows it, else a copy; whole or not at all. */
async function place(cached: string, path: string): Promise<void> {
  const temporary = `${path}.tmp-${processMark()}`;
  try {
    await link(cached, temporary).catch(() => copyFile(cached, temporary));
    await rename(temporary, path);
  } catch (cause) {
    throw new DrainbenchError({
      code: 'image-not-written',
      message: `the archive cannot be written to ${path}`,
      expected: 'a folder that is there, that this user may write to, on a disk with room',
      found: cause instanceof Error ? cause.message : String(cause),
      fix: 'name another file: -o FILE.tar',
      exitCode: EXIT.unavailable,
      cause,
    });
  } finally {
    // Renaming one name of a file to another name of the same file does nothing, and leaves both.
    await rm(temporary, { force: true });
  }
}
