import { z } from 'zod';
import { archiveJson, imageConfigSchema, incompleteArchive } from './archive-json.ts';
import type { ImageArchive, ImagePlatform } from './image-archive.ts';
import { normalizeReference } from './normalize-reference.ts';
import { blobName } from './plan-oci-image.ts';
import type { ArchiveTexts } from './read-archive-texts.ts';
import { severalImages } from './several-images.ts';

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha(?:256|512):[0-9a-f]+$/),
  size: z.number(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Descriptor = z.infer<typeof descriptorSchema>;

const indexSchema = z.object({ manifests: z.array(descriptorSchema).min(1) });
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) });

/** The image in an OCI layout. An index inside the index is one image for several platforms. */
export function readOciLayout(path: string, archive: ArchiveTexts): ImageArchive {
  const { manifests } = archiveJson(path, archive, 'index.json', indexSchema);
  // The same image may be there under several names.
  const digests = new Set(manifests.map(({ digest }) => digest));
  const names = manifests.flatMap((descriptor) => nameOf(descriptor) ?? []);
  const platforms = uniquePlatforms(manifests.flatMap((manifest) => platformsOf(path, archive, manifest)));
  const [first] = platforms;
  if (first === undefined) throw incompleteArchive(path, 'the manifest of at least one platform');
  if (digests.size > 1 && (new Set(names).size > 1 || platforms.length < digests.size)) {
    throw severalImages(
      path,
      manifests.map((descriptor) => nameOf(descriptor) ?? descriptor.digest),
    );
  }
  return {
    path,
    format: 'oci',
    compression: archive.compression,
    references: [...new Set(names)],
    platforms,
    ...first,
  };
}

/** containerd's annotation is a full name; the standard's may be one (podman) or only a tag (skopeo). */
function nameOf({ annotations }: Descriptor): string | undefined {
  const name = annotations?.['io.containerd.image.name'];
  if (name !== undefined) return normalizeReference(name);
  const refName = annotations?.['org.opencontainers.image.ref.name'];
  return refName !== undefined && /[/:]/.test(refName) ? normalizeReference(refName) : undefined;
}

/** The platforms whose manifests are in the archive: an index may name others that were not saved. */
function platformsOf(path: string, archive: ArchiveTexts, descriptor: Descriptor): readonly ImagePlatform[] {
  const name = blobName(descriptor.digest);
  if (isIndex(descriptor)) {
    return archiveJson(path, archive, name, indexSchema)
      .manifests.filter((inner) => archive.texts.has(blobName(inner.digest)))
      .flatMap((inner) => platformsOf(path, archive, inner));
  }
  const manifest = archiveJson(path, archive, name, manifestSchema);
  const { architecture, os } = archiveJson(
    path,
    archive,
    blobName(manifest.config.digest),
    imageConfigSchema,
  );
  // Attestations (build provenance) are manifests for the platform "unknown": no image.
  if (architecture === 'unknown') return [];
  for (const { digest, size } of manifest.layers) {
    if (archive.sizes.get(blobName(digest)) !== size) throw incompleteArchive(path, blobName(digest));
  }
  return [{ os, architecture }];
}

function isIndex({ mediaType }: Descriptor): boolean {
  return mediaType.includes('image.index') || mediaType.includes('manifest.list');
}

function uniquePlatforms(platforms: readonly ImagePlatform[]): readonly ImagePlatform[] {
  return [
    ...new Map(platforms.map((platform) => [`${platform.os}/${platform.architecture}`, platform])).values(),
  ];
}
