import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { ImageArchive } from './image-archive.ts';
import { readArchiveTexts } from './read-archive-texts.ts';
import { readDockerArchive } from './read-docker-archive.ts';
import { readOciLayout } from './read-oci-layout.ts';

/**
 * Reads what image a tar holds: an OCI layout (a nested index too) or what `docker save` writes, either of them
 * gzipped as a whole or not. Nothing is unpacked; the file is read through once.
 *
 * Throws `image-archive-unreadable`, `-not-a-tar`, `-truncated`, `-no-image`, `-incomplete`, `-invalid` or
 * `-several-images`.
 */
export async function inspectImageArchive(path: string): Promise<ImageArchive> {
  const archive = await readArchiveTexts(path);
  // An archive that is both says more as an OCI layout, and containerd reads it as one.
  if (archive.texts.has('index.json') && archive.texts.has('oci-layout')) return readOciLayout(path, archive);
  if (archive.texts.has('manifest.json')) return readDockerArchive(path, archive);
  throw new DrainbenchError({
    code: 'image-archive-no-image',
    exitCode: EXIT.usage,
    message: `The tar holds no image: ${path}`,
    expected: 'index.json and oci-layout (an OCI layout), or manifest.json (docker save)',
    found: [...archive.sizes.keys()].slice(0, 5).join(', ') || 'no files',
    fix: 'write one with `docker save -o app.tar IMAGE`; `docker export` writes a file system, not an image',
  });
}
