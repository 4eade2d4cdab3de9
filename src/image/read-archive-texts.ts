import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** The names of all members of a tar, and the text of those that may be JSON. */
export interface ArchiveTexts {
  readonly compression: 'none' | 'gzip';
  /** Name (without leading `./`) → size in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<string, string>;
}

/** Manifests and configs are some KB; anything larger is a layer. */
const longestText = 4 * 1024 * 1024;

/**
 * Reads through a tar, gzipped or not, keeping only its small JSON members. Throws `image-archive-unreadable`
 * (missing, a folder, no permission), `image-archive-not-a-tar` or `image-archive-truncated`.
 */
export async function readArchiveTexts(path: string): Promise<ArchiveTexts> {
  const head = await readHead(path);
  const kind = kindOf(head);
  if (kind !== 'tar' && kind !== 'gzip') throw notATar(path, kind);
  const sizes = new Map<string, number>();
  const texts = new Map<string, string>();
  const tar = extract();
  try {
    const fed =
      kind === 'gzip'
        ? pipeline(createReadStream(path), createGunzip(), tar)
        : pipeline(createReadStream(path), tar);
    // Awaited below; a failure reaches the loop through the extract stream first.
    fed.catch(() => undefined);
    for await (const entry of tar) await take(entry, sizes, texts);
    await fed;
  } catch (cause) {
    throw broken(path, cause);
  }
  return { compression: kind === 'gzip' ? 'gzip' : 'none', sizes, texts };
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new DrainbenchError({
      code: 'image-archive-unreadable',
      exitCode: EXIT.usage,
      message: `The image archive cannot be read: ${path}`,
      expected: 'a readable file',
      found: cause instanceof Error ? cause.message : String(cause),
      fix: 'check the path; `docker save -o app.tar IMAGE` writes such a file',
      cause,
    });
  }
}

/** `tar`, `gzip`, or what else it looks like, in words. */
function kindOf(head: Buffer): string {
  const magic = head.toString('latin1');
  if (magic.startsWith('\x1f\x8b')) return 'gzip';
  if (magic.startsWith('\x28\xb5\x2f\xfd')) return 'compressed with zstd: decompress it first (unzstd)';
  if (magic.startsWith('\xfd7zXZ')) return 'compressed with xz: decompress it first (unxz)';
  if (magic.startsWith('BZh')) return 'compressed with bzip2: decompress it first (bunzip2)';
  if (magic.startsWith('PK')) return 'a zip file';
  if (head.length === 0) return 'an empty file';
  return magic.slice(257, 262) === 'ustar' ? 'tar' : 'something else';
}

function notATar(path: string, found: string): DrainbenchError {
  return new DrainbenchError({
    code: 'image-archive-not-a-tar',
    exitCode: EXIT.usage,
    message: `The image archive is not a tar: ${path}`,
    expected: 'a tar, or a tar compressed with gzip',
    found,
    fix: 'write one with: docker save -o app.tar IMAGE',
  });
}

type Member = Extract extends AsyncIterable<infer M> ? M : never;

async function take(entry: Member, sizes: Map<string, number>, texts: Map<string, string>): Promise<void> {
  const name = entry.header.name.replace(/^(?:\.\/)+/, '');
  const { size, type } = entry.header;
  if (type !== 'directory') sizes.set(name, size);
  if (type !== 'file' || size > longestText) {
    entry.resume();
    return;
  }
  const chunks: Buffer[] = [];
  let isText: boolean | undefined;
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    isText ??= chunk[0] === openingBrace || chunk[0] === openingBracket;
    if (isText) chunks.push(chunk);
  }
  if (isText === true) texts.set(name, Buffer.concat(chunks).toString('utf8'));
}

const openingBrace = 0x7b;
const openingBracket = 0x5b;

function broken(path: string, cause: unknown): DrainbenchError {
  const found = cause instanceof Error ? cause.message : String(cause);
  if (/invalid tar header/i.test(found))
    return notATar(path, 'a file that begins like one and goes on as no tar does');
  return new DrainbenchError({
    code: 'image-archive-truncated',
    exitCode: EXIT.usage,
    message: `The image archive ends too early or is damaged: ${path}`,
    expected: 'a whole tar',
    found,
    fix: 'write or copy the archive again; it may have been cut off by a full disk',
    cause,
  });
}
