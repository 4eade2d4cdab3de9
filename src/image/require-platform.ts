import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { ImageArchive } from './image-archive.ts';
import { ociArchitecture } from './oci-architecture.ts';

/** Throws `image-wrong-platform` unless the image runs on Linux nodes of this architecture (default: the host's). */
export function requirePlatform(archive: ImageArchive, architecture = ociArchitecture(process.arch)): void {
  const names = archive.platforms.map((platform) => `${platform.os}/${platform.architecture}`);
  const needed = `linux/${architecture}`;
  if (names.includes(needed)) return;
  throw new DrainbenchError({
    code: 'image-wrong-platform',
    exitCode: EXIT.usage,
    message: `The image is not built for the nodes of this cluster: ${archive.path}`,
    expected: needed,
    found: names.join(', '),
    fix: `docker build --platform ${needed} …, then: docker save -o app.tar IMAGE`,
  });
}
