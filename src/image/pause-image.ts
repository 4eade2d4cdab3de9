import { cachedImage, type ImageCacheOptions } from './cached-image.ts';
import { ociArchitecture } from './oci-architecture.ts';
import type { ImageFile } from './write-oci-image.ts';

/** The name under which kubeadm and containerd's defaults look for the sandbox image. */
export const pauseReference = 'registry.k8s.io/pause:3.10';

/** The sandbox image, from a static pause binary. */
export async function pauseImage(pauseBinary: string, options: ImageCacheOptions): Promise<ImageFile> {
  return await cachedImage(
    'pause',
    {
      reference: pauseReference,
      layers: [[{ kind: 'file', path: '/pause', source: pauseBinary }]],
      config: { entrypoint: ['/pause'], user: '65535:65535' },
      architecture: ociArchitecture(process.arch),
    },
    options,
  );
}
