import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { countOf } from '../model/count-of.ts';

const manifestSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.string(),
  version: z.string(),
  builtBy: z.string(),
  builtAt: z.string(),
  buildMs: z.number(),
  binaries: z.record(
    z.string(),
    z.object({ size: z.number(), mtimeMs: z.number(), sha256: z.string().length(64) }),
  ),
});

/** What a complete cache entry says about itself, in its manifest.json. */
export type EntryManifest = z.infer<typeof manifestSchema>;

export type EntryState =
  | { readonly kind: 'missing' }
  | { readonly kind: 'complete'; readonly paths: Readonly<Record<string, string>> }
  | { readonly kind: 'corrupt'; readonly reason: string };

/** Path of a binary inside an entry's folder. */
export const binaryPath = (entryDir: string, binary: string): string => join(entryDir, 'bin', binary);

/**
 * Looks at an entry. Cheap (two system calls a binary) as long as size and modification time are those of the
 * manifest; the content is hashed when the time differs, or always with `verify`.
 */
export async function checkEntry(
  entryDir: string,
  binaries: readonly string[],
  verify: boolean,
): Promise<EntryState> {
  const text = await readFile(join(entryDir, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) {
    const exists = await stat(entryDir).then(
      () => true,
      () => false,
    );
    return exists ? { kind: 'corrupt', reason: 'manifest.json is missing' } : { kind: 'missing' };
  }
  const manifest = parseManifest(text);
  if (manifest === undefined) return { kind: 'corrupt', reason: 'manifest.json cannot be read' };
  const found = await Promise.all(binaries.map((name) => checkBinary(entryDir, name, manifest, verify)));
  const reason = found.find((state) => typeof state === 'string');
  if (reason !== undefined) return { kind: 'corrupt', reason };
  const touched = found.filter((state) => typeof state === 'object');
  if (touched.length > 0) await writeManifest(entryDir, withTimes(manifest, touched));
  const paths = Object.fromEntries(binaries.map((name) => [name, binaryPath(entryDir, name)]));
  return { kind: 'complete', paths };
}

/** Undefined where there is none, or none that can be read. */
export async function readEntryManifest(entryDir: string): Promise<EntryManifest | undefined> {
  const text = await readFile(join(entryDir, 'manifest.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseManifest(text);
}

/** Describes the binaries in a folder that has just been built, and writes its manifest. */
export async function sealEntry(
  entryDir: string,
  binaries: readonly string[],
  about: Omit<EntryManifest, 'schemaVersion' | 'binaries'>,
): Promise<void> {
  const described = await Promise.all(
    binaries.map(async (name) => {
      const path = binaryPath(entryDir, name);
      const { size, mtimeMs } = await stat(path);
      return [name, { size, mtimeMs: Math.trunc(mtimeMs), sha256: await sha256File(path) }] as const;
    }),
  );
  await writeManifest(entryDir, { schemaVersion: 1, ...about, binaries: Object.fromEntries(described) });
}

interface TouchedBinary {
  readonly name: string;
  readonly mtimeMs: number;
}

/** A reason when the binary is not what the manifest says; its new time when only that differs. */
async function checkBinary(
  entryDir: string,
  name: string,
  manifest: EntryManifest,
  verify: boolean,
): Promise<string | TouchedBinary | undefined> {
  const expected = manifest.binaries[name];
  if (expected === undefined) return `manifest.json does not name ${name}`;
  const path = binaryPath(entryDir, name);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `${name} is missing`;
  if (found.size !== expected.size)
    return `${name} has ${countOf(found.size, 'byte')} instead of ${expected.size}`;
  if ((found.mode & 0o111) === 0) return `${name} is not executable`;
  const mtimeMs = Math.trunc(found.mtimeMs);
  const touched = mtimeMs !== expected.mtimeMs;
  if (!verify && !touched) return undefined;
  if ((await sha256File(path)) !== expected.sha256) return `${name} does not match its SHA-256`;
  return touched ? { name, mtimeMs } : undefined;
}

function parseManifest(text: string): EntryManifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A copied or restored cache has new times: remembered, so that it is hashed once and not at every start. */
function withTimes(manifest: EntryManifest, touched: readonly TouchedBinary[]): EntryManifest {
  const binaries = { ...manifest.binaries };
  for (const { name, mtimeMs } of touched) {
    const binary = binaries[name];
    if (binary !== undefined) binaries[name] = { ...binary, mtimeMs };
  }
  return { ...manifest, binaries };
}

async function writeManifest(entryDir: string, manifest: EntryManifest): Promise<void> {
  await writeFileAtomic(join(entryDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
