import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

import type { FileFact } from '../model/find-programs.ts';

/** Absolute path → what stands there, of the file system that an image's layers make together. */
export type ImageFiles = ReadonlyMap<string, FileFact>;

/**
 * Reads which files an image's layers make, without their contents. The archive may hold the layers in any order, so
 * that each is listed by itself and laid over the others afterwards.
 *
 * @param layers names of the archive's members, lowest first.
 * @returns `null` where a layer is no tar, nor one in gzip or zstd.
 */
export async function readLayers(path: string, layers: readonly string[]): Promise<ImageFiles | null> {
  const wanted = new Set(layers);
  const listed = new Map<string, readonly LayerFile[] | null>();
  const tar = extract();
  const fed = isGzip(await firstBytes(path))
    ? pipeline(createReadStream(path), createGunzip(), tar)
    : pipeline(createReadStream(path), tar);
  // Awaited below; a failure reaches the loop through the extract stream first.
  fed.catch(() => undefined);
  for await (const entry of tar) {
    const name = entry.header.name.replace(/^(?:\.\/)+/, '');
    if (wanted.has(name) && entry.header.type === 'file')
      listed.set(name, await listLayer(entry as AsyncIterable<Buffer>));
    else entry.resume();
  }
  await fed;
  const files = new Map<string, FileFact>();
  for (const name of layers) {
    const layer = listed.get(name);
    if (layer == null) return null;
    layOver(files, layer);
  }
  return files;
}

interface LayerFile {
  readonly path: string;
  /** `null`: a whiteout, which takes away what lower layers have there. */
  readonly fact: FileFact | null;
  /** A whiteout of all that lower layers have in this folder. */
  readonly opaque?: true;
}

async function listLayer(content: AsyncIterable<Buffer>): Promise<readonly LayerFile[] | null> {
  const chunks = content[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return [];
  const source = Readable.from(rejoin(first.value, chunks), { objectMode: false });
  const tar = extract();
  const fed = pipeline(source, decompressor(first.value), tar);
  fed.catch(() => undefined);
  const files: LayerFile[] = [];
  try {
    for await (const entry of tar) {
      files.push(...fileOf(entry.header));
      entry.resume();
    }
    await fed;
    return files;
  } catch {
    // The rest of the layer is passed by, so that the archive is read on.
    for (let next = await chunks.next(); next.done !== true;) next = await chunks.next();
    return null;
  }
}

async function* rejoin(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function decompressor(head: Buffer): NodeJS.ReadWriteStream {
  if (isGzip(head)) return createGunzip();
  return head.subarray(0, 4).toString('hex') === '28b52ffd' ? createZstdDecompress() : new PassThrough();
}

function fileOf({ name, type, mode, linkname }: Header): readonly LayerFile[] {
  const path = posix.join('/', name).replace(/(.)\/$/, '$1');
  const base = posix.basename(path);
  if (base === '.wh..wh..opq') return [{ path: posix.dirname(path), fact: null, opaque: true }];
  if (base.startsWith('.wh.')) return [{ path: posix.join(posix.dirname(path), base.slice(4)), fact: null }];
  if (type === 'symlink') return [{ path, fact: { kind: 'link', target: linkname } }];
  if (type === 'directory') return [{ path, fact: { kind: 'folder' } }];
  // A hard link's header carries its own mode.
  if (type === 'file' || type === 'contiguous-file' || type === 'link')
    return [{ path, fact: { kind: 'file', executable: (mode & 0o111) !== 0 } }];
  return [{ path, fact: { kind: 'other' } }];
}

function layOver(files: Map<string, FileFact>, layer: readonly LayerFile[]): void {
  // Whiteouts are about lower layers only, wherever they stand in their own.
  for (const { path, opaque } of layer.filter(({ fact }) => fact === null)) {
    if (opaque !== true) files.delete(path);
    const below = path === '/' ? '/' : `${path}/`;
    for (const each of files.keys()) if (each.startsWith(below)) files.delete(each);
  }
  for (const { path, fact } of layer) if (fact !== null) put(files, path, fact);
}

/** A path through a link of a lower layer (`/bin` → `usr/bin`) is written where the link leads, as runtimes unpack it. */
function put(files: Map<string, FileFact>, path: string, fact: FileFact): void {
  const folder = madeFolder(files, posix.dirname(path));
  files.set(posix.join(folder, posix.basename(path)), fact);
}

/** Where that folder really is; made where it is not, as layers may leave out the folders that they write into. */
function madeFolder(files: Map<string, FileFact>, folder: string, links = 0): string {
  if (folder === '/') {
    files.set('/', { kind: 'folder' });
    return '/';
  }
  const parent = madeFolder(files, posix.dirname(folder), links);
  const path = posix.join(parent, posix.basename(folder));
  const there = files.get(path);
  if (there?.kind === 'link' && links < MAX_LINKS)
    return madeFolder(files, posix.resolve(parent, there.target), links + 1);
  if (there === undefined) files.set(path, { kind: 'folder' });
  return path;
}

const MAX_LINKS = 40;

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
