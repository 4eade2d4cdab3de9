import { cachedImage, type ImageCacheOptions } from './cached-image.ts';
import { ociArchitecture } from './oci-architecture.ts';
import type { ImageFile } from './write-oci-image.ts';

/** The name under which kubeadm v1.37 deploys CoreDNS. */
export const corednsReference = 'registry.k8s.io/coredns/coredns:v1.14.6';

/** The cluster's DNS server, from a static coredns binary. */
export async function corednsImage(corednsBinary: string, options: ImageCacheOptions): Promise<ImageFile> {
  return await cachedImage(
    'coredns',
    {
      reference: corednsReference,
      layers: [[{ kind: 'file', path: '/coredns', source: corednsBinary }]],
      config: { entrypoint: ['/coredns'], workingDir: '/' },
      architecture: ociArchitecture(process.arch),
    },
    options,
  );
}
