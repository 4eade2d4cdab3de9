import { z } from 'zod';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { ArchiveTexts } from './read-archive-texts.ts';

/** Reads a JSON member of an image archive. Throws `image-archive-incomplete` or `image-archive-invalid`. */
export function archiveJson<T>(path: string, archive: ArchiveTexts, name: string, schema: z.ZodType<T>): T {
  const text = archive.texts.get(name);
  if (text === undefined) throw incompleteArchive(path, name);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DrainbenchError({
      code: 'image-archive-invalid',
      exitCode: EXIT.usage,
      message: `${name} in the image archive ${path} is not what the format says.`,
      expected: 'JSON as in the OCI image specification or as docker save writes it',
      found: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause),
      fix: 'write the archive again with: docker save -o app.tar IMAGE',
      cause,
    });
  }
}

/** The error for a part that an image names and its archive does not hold. */
export function incompleteArchive(path: string, name: string): DrainbenchError {
  return new DrainbenchError({
    code: 'image-archive-incomplete',
    exitCode: EXIT.usage,
    message: `The image archive lacks a part of its image: ${path}`,
    expected: name,
    found: 'no such member, or one of another size',
    fix: 'write or copy the archive again; with several platforms, save only one: docker save --platform linux/amd64',
  });
}

/** Config of an image, in both formats. */
export const imageConfigSchema = z.object({
  architecture: z.string().min(1),
  os: z.string().min(1),
});
