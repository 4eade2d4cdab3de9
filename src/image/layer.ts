import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { LayerEntry } from './layer-entry.ts';
import { tarBytes, type TarMember } from './tar-bytes.ts';

/** A layer whose digest is known. Its bytes are made from the entries each time: they never lie in memory. */
export interface Layer {
  /** `sha256:…` of the uncompressed tar: blob digest and diff id at once. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** The tar, made anew. Throws `image-source-changed` when it is not what the digest was taken of. */
  readonly bytes: () => AsyncIterable<Buffer>;
}

/**
 * Makes a layer. The same entries give the same digest on every host, in whatever order they are named: sorted,
 * owned by 0:0, dated 1970, with the modes of files reduced to "executable or not".
 */
export async function makeLayer(entries: readonly LayerEntry[]): Promise<Layer> {
  const sorted = withFolders(entries);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of tarBytes(members(sorted))) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  return { digest, sizeBytes, bytes: () => checkedBytes(sorted, digest, sizeBytes) };
}

/** All entries by path, each folder before what is in it. */
function withFolders(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of entries) {
    const path = posix.normalize(entry.path).replace(/(?<=.)\/$/, '');
    if (!path.startsWith('/') || path === '/') throw new Error(`not a path inside an image: ${entry.path}`);
    if (byPath.has(path)) throw new Error(`named twice in a layer: ${path}`);
    byPath.set(path, { ...entry, path });
  }
  for (const path of [...byPath.keys()]) {
    for (let parent = posix.dirname(path); parent !== '/'; parent = posix.dirname(parent)) {
      if (!byPath.has(parent)) byPath.set(parent, { kind: 'folder', path: parent });
    }
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function* members(entries: readonly LayerEntry[]): AsyncGenerator<TarMember> {
  for (const entry of entries) {
    const name = entry.path.slice(1);
    switch (entry.kind) {
      case 'folder':
        yield { kind: 'folder', name: `${name}/`, mode: entry.mode ?? 0o755 };
        break;
      case 'text':
        yield { kind: 'text', name, mode: entry.mode ?? 0o644, text: entry.text };
        break;
      case 'link':
        yield { kind: 'link', name, target: entry.target };
        break;
      case 'file': {
        const { size, mode } = await stat(entry.source);
        const executable = (mode & 0o111) !== 0;
        yield {
          kind: 'file',
          name,
          mode: executable ? 0o755 : 0o644,
          source: entry.source,
          sizeBytes: size,
        };
      }
    }
  }
}

async function* checkedBytes(
  entries: readonly LayerEntry[],
  digest: string,
  sizeBytes: number,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let written = 0;
  for await (const chunk of tarBytes(members(entries))) {
    hash.update(chunk);
    written += chunk.length;
    // Before a byte too many reaches the archive, whose header has promised the size.
    if (written > sizeBytes) throw sourceChanged(countOf(sizeBytes, 'byte'), 'more');
    yield chunk;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw sourceChanged(digest, found);
}

function sourceChanged(expected: string, found: string): DrainbenchError {
  return new DrainbenchError({
    code: 'image-source-changed',
    message: 'A file of an image was changed while the image was written.',
    expected,
    found,
    fix: 'build the image again once its files are at rest',
  });
}
