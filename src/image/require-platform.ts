import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { ImageArchive } from './image-archive.ts';
import { ociArchitecture } from './oci-architecture.ts';

/** Throws `image-wrong-platform` unless each image runs on Linux nodes of this architecture (default: the host's). */
export function requirePlatform(archive: ImageArchive, architecture = ociArchitecture(process.arch)): void {
  const needed = `linux/${architecture}`;
  for (const { references, platforms } of archive.images) {
    const names = platforms.map((platform) => `${platform.os}/${platform.architecture}`);
    if (names.includes(needed)) continue;
    const which = archive.images.length > 1 ? ` ${references[0] ?? 'without a name'}` : '';
    throw new DrainbenchError({
      code: 'image-wrong-platform',
      exitCode: EXIT.usage,
      message: `The image${which} is not built for the nodes of this cluster: ${archive.path}`,
      expected: needed,
      found: names.join(', '),
      fix: `docker build --platform ${needed} …, then: docker save -o app.tar IMAGE`,
    });
  }
}
