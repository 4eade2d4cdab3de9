import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { checkEntry, readEntryManifest } from './cache-entry.ts';
import { cacheFailure } from './cache-failure.ts';
import { acquireEntryLock } from './entry-lock.ts';
import { builderOf } from './find-cached.ts';
import { readToolRecipe } from './tool-recipe.ts';
import type { ToolCatalog } from './tool-spec.ts';
import { lockPath, makeWorkDir, sweepWorkDir } from './work-dir.ts';

export interface ImportOptions {
  readonly catalog: ToolCatalog;
  readonly toolsDir: string;
  readonly cacheDir: string;
  /** What the file must hash to; without it only the tools are held against the hashes that came with them. */
  readonly sha256?: string;
  readonly signal?: AbortSignal;
}

/** A file of an archive of tools: `ENTRY/manifest.json` or `ENTRY/bin/NAME`. */
const MEMBER = /^(?<entry>[a-z0-9-]+-v[\w.+-]*-[0-9a-f]{16})\/(?<file>manifest\.json|bin\/[\w.-]+)$/;

/**
 * Puts the tools of an archive of `exportTools` into the cache; returns their names. Each is held against its hashes and
 * against the sources that this drainbench has pinned, and appears whole.
 *
 * Throws `archive-unreadable`, `archive-checksum-mismatch`, `tools-of-another-version`, `cache-not-writable` or
 * `disk-full`; the signal's reason on abort.
 */
export async function importTools(file: string, options: ImportOptions): Promise<readonly string[]> {
  const { cacheDir, sha256, signal } = options;
  if (sha256 !== undefined) await requireHash(file, sha256);
  const open = new Map<string, string>();
  try {
    await mkdir(cacheDir, { recursive: true });
    await unpack(file, open, cacheDir, signal);
    const names: string[] = [];
    for (const [entry, workDir] of open) {
      signal?.throwIfAborted();
      names.push(await admit(file, entry, workDir, options));
    }
    if (names.length === 0) throw unreadable(file, 'there is no tool in it');
    return names;
  } catch (error) {
    throw cacheFailure(cacheDir, error) ?? error;
  } finally {
    for (const workDir of open.values()) await sweepWorkDir(workDir);
  }
}

async function unpack(
  file: string,
  open: Map<string, string>,
  cacheDir: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const archive = extract();
  const gunzip = (await isGzip(file)) ? [createGunzip()] : [];
  const read = createReadStream(file, { ...(signal === undefined ? {} : { signal }) });
  const reading = pipeline([read, ...gunzip, archive]);
  // Told below, to whoever waits for it.
  reading.catch(() => undefined);
  try {
    for await (const member of archive) {
      const { name, type } = member.header;
      const { entry, file: path } = MEMBER.exec(name)?.groups ?? {};
      if (type !== 'file' || entry === undefined || path === undefined) {
        throw unreadable(file, `“${name}” does not belong there`);
      }
      const workDir = open.get(entry) ?? (await makeWorkDir(cacheDir, entry));
      open.set(entry, workDir);
      const target = join(workDir, path);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(member, createWriteStream(target, { mode: path === 'manifest.json' ? 0o644 : 0o755 }));
    }
    await reading;
  } catch (error) {
    if (error instanceof DrainbenchError || cacheFailure(cacheDir, error) !== undefined) throw error;
    signal?.throwIfAborted();
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

/** From a work folder into the cache, if it is what this drainbench would have built. */
async function admit(
  file: string,
  entry: string,
  workDir: string,
  { catalog, toolsDir, cacheDir, signal }: ImportOptions,
): Promise<string> {
  const manifest = await readEntryManifest(workDir);
  if (manifest === undefined) throw unreadable(file, `${entry} has no readable manifest.json`);
  const spec = catalog[manifest.tool];
  const recipe =
    spec === undefined
      ? null
      : await readToolRecipe(manifest.tool, spec, toolsDir, builderOf(manifest.builtBy));
  if (spec === undefined || recipe?.entry !== entry) {
    throw new DrainbenchError({
      code: 'tools-of-another-version',
      message: `${file} has tools that this drainbench does not use.`,
      expected: recipe === null ? 'a tool of this version' : recipe.entry,
      found: entry,
      fix: 'export them with the same version of drainbench, on a machine of the same architecture',
      exitCode: EXIT.usage,
    });
  }
  const state = await checkEntry(workDir, Object.keys(spec.binaries), true);
  if (state.kind !== 'complete') {
    throw unreadable(file, state.kind === 'corrupt' ? `${entry}: ${state.reason}` : `${entry} is not whole`);
  }
  const lock = await acquireEntryLock(lockPath(cacheDir, entry), () => undefined, signal);
  try {
    await rm(join(workDir, 'tmp'), { recursive: true, force: true });
    await rm(join(cacheDir, entry), { recursive: true, force: true });
    await rename(workDir, join(cacheDir, entry));
  } finally {
    lock.release();
  }
  return manifest.tool;
}

async function requireHash(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash).catch((error: unknown) => {
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  });
  const found = hash.digest('hex');
  if (found === sha256.toLowerCase()) return;
  throw new DrainbenchError({
    code: 'archive-checksum-mismatch',
    message: `${file} is not the file that was exported.`,
    expected: `SHA-256 ${sha256}`,
    found,
    fix: 'copy it again',
  });
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  });
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function unreadable(file: string, found: string): DrainbenchError {
  return new DrainbenchError({
    code: 'archive-unreadable',
    message: `The archive of tools cannot be read: ${file}`,
    expected: 'what drainbench tools export wrote, whole',
    found,
    fix: 'drainbench tools export FILE',
  });
}
