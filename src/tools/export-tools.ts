import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { binaryPath } from './cache-entry.ts';
import type { WantedTool } from './find-cached.ts';

export interface ExportedTools {
  readonly tools: readonly string[];
  readonly bytes: number;
  /** Of the file, for whoever imports it. */
  readonly sha256: string;
}

/**
 * Writes tools of the cache into one archive (compressed where its name ends with `gz`), for a machine without compiler
 * and network. The file appears whole.
 *
 * Throws `tools-not-built` where one of them is not in the cache, or is not what was built; `archive-not-written`.
 */
export async function exportTools(
  file: string,
  tools: readonly WantedTool[],
  cacheDir: string,
): Promise<ExportedTools> {
  const missing = tools.filter(({ state }) => state.kind !== 'complete').map(({ recipe }) => recipe.tool);
  if (missing.length > 0) {
    throw new DrainbenchError({
      code: 'tools-not-built',
      message: 'Only what is built can be exported.',
      expected: 'each of the tools in the cache, whole',
      found: `not there: ${missing.join(', ')}`,
      fix: `drainbench tools build ${missing.join(' ')}`,
    });
  }
  const partial = `${file}.partial`;
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const archive = pack();
  const to = createWriteStream(partial);
  try {
    const written = file.endsWith('gz')
      ? pipeline(archive, createGzip({ level: 6 }), count, to)
      : pipeline(archive, count, to);
    await Promise.all([written, fill(archive, tools, cacheDir)]);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new DrainbenchError({
      code: 'archive-not-written',
      message: `The archive could not be written: ${file}`,
      expected: 'a folder that this user may write to, with room for about 500 MB',
      found: error instanceof Error ? error.message : String(error),
      fix: 'name a file somewhere else: drainbench tools export FILE',
      cause: error,
    });
  }
  return { tools: tools.map(({ recipe }) => recipe.tool), bytes, sha256: hash.digest('hex') };
}

async function fill(archive: Pack, tools: readonly WantedTool[], cacheDir: string): Promise<void> {
  try {
    for (const { recipe } of tools) {
      const entryDir = join(cacheDir, recipe.entry);
      const manifest = await readFile(join(entryDir, 'manifest.json'));
      archive.entry({ name: `${recipe.entry}/manifest.json`, size: manifest.length }, manifest);
      for (const binary of Object.keys(recipe.spec.binaries)) {
        const path = binaryPath(entryDir, binary);
        const { size } = await stat(path);
        const name = join(recipe.entry, basename(dirname(path)), binary);
        await pipeline(createReadStream(path), archive.entry({ name, size, mode: 0o755 }));
      }
    }
    archive.finalize();
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}
