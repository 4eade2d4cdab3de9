import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';

/** A member of a tar that is the same on every host: owned by 0:0, dated 1970. */
export type TarMember =
  | { readonly kind: 'folder'; readonly name: string; readonly mode: number }
  | { readonly kind: 'link'; readonly name: string; readonly target: string }
  | { readonly kind: 'text'; readonly name: string; readonly mode: number; readonly text: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly mode: number;
      readonly source: string;
      readonly sizeBytes: number;
    }
  | {
      readonly kind: 'stream';
      readonly name: string;
      readonly mode: number;
      readonly sizeBytes: number;
      readonly bytes: () => AsyncIterable<Buffer>;
    };

/** The bytes of a tar, chunk by chunk: a member's content is never held as a whole. */
export async function* tarBytes(
  members: AsyncIterable<TarMember> | Iterable<TarMember>,
): AsyncGenerator<Buffer> {
  const tar = pack();
  const filled = addAll(tar, members).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  yield* tar as AsyncIterable<Buffer>;
  await filled;
}

async function addAll(tar: Pack, members: AsyncIterable<TarMember> | Iterable<TarMember>): Promise<void> {
  for await (const member of members) await add(tar, member);
}

async function add(tar: Pack, member: TarMember): Promise<void> {
  const header = { name: member.name, uid: 0, gid: 0, mtime: new Date(0) };
  switch (member.kind) {
    case 'folder':
      tar.entry({ ...header, type: 'directory', mode: member.mode });
      return;
    case 'link':
      tar.entry({ ...header, type: 'symlink', mode: 0o777, linkname: member.target });
      return;
    case 'text':
      tar.entry({ ...header, type: 'file', mode: member.mode }, member.text);
      return;
    case 'file':
    case 'stream': {
      const sink = tar.entry({ ...header, type: 'file', mode: member.mode, size: member.sizeBytes });
      await pipeline(member.kind === 'file' ? createReadStream(member.source) : member.bytes(), sink);
    }
  }
}
