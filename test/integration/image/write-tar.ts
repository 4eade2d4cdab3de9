import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { tarBytes } from '../../../src/image/tar-bytes.ts';

/** Writes a tar with these members, in this order. */
export async function writeTar(path: string, members: Readonly<Record<string, string>>): Promise<void> {
  const texts = Object.entries(members).map(([name, text]) => ({
    kind: 'text' as const,
    name,
    mode: 0o644,
    text,
  }));
  await pipeline(tarBytes(texts), createWriteStream(path));
}

/** A member that is named after its content, as in an OCI layout, and the descriptor that points to it. */
export interface Blob {
  readonly name: string;
  readonly text: string;
  readonly descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
}

export function blob(kind: string, content: unknown): Blob {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const hash = createHash('sha256').update(text).digest('hex');
  return {
    name: `blobs/sha256/${hash}`,
    text,
    descriptor: {
      mediaType: `application/vnd.oci.image.${kind}`,
      digest: `sha256:${hash}`,
      size: Buffer.byteLength(text),
    },
  };
}
