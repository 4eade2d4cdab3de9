import { z } from 'zod';
import { archiveJson, imageConfigSchema, incompleteArchive } from './archive-json.ts';
import type { ArchivedImage, ImageArchive, ImagePlatform } from './image-archive.ts';
import { normalizeReference } from './normalize-reference.ts';
import { blobName } from './plan-oci-image.ts';
import type { ArchiveTexts } from './read-archive-texts.ts';

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha(?:256|512):[0-9a-f]+$/),
  size: z.number(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Descriptor = z.infer<typeof descriptorSchema>;

const indexSchema = z.object({ manifests: z.array(descriptorSchema).min(1) });
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) });

/** The images in an OCI layout. An index inside the index is one image for several platforms. */
export function readOciLayout(path: string, archive: ArchiveTexts): ImageArchive {
  const { manifests } = archiveJson(path, archive, 'index.json', indexSchema);
  const found = manifests
    .map((descriptor) => ({
      digests: [descriptor.digest],
      references: [nameOf(descriptor) ?? []].flat(),
      platforms: platformsOf(path, archive, descriptor),
    }))
    .filter(({ platforms }) => platforms.length > 0);
  if (found.length === 0) throw incompleteArchive(path, 'the manifest of at least one platform');
  const images = found.reduce<readonly FoundImage[]>((known, next) => {
    const same = known.find((image) => isSameImage(image, next));
    if (same === undefined) return [...known, next];
    return known.map((image) => (image === same ? joined(image, next) : image));
  }, []);
  return {
    path,
    format: 'oci',
    compression: archive.compression,
    images: images.map(({ references, platforms }) => ({ references, platforms })),
  };
}

interface FoundImage extends ArchivedImage {
  readonly digests: readonly string[];
}

/** Under several names, or for several platforms; what has no name at all is one image as long as its platforms differ. */
function isSameImage(one: FoundImage, other: FoundImage): boolean {
  const share = (a: readonly string[], b: readonly string[]) => a.some((each) => b.includes(each));
  if (share(one.digests, other.digests) || share(one.references, other.references)) return true;
  const nameless = one.references.length === 0 && other.references.length === 0;
  return nameless && !share(one.platforms.map(platformName), other.platforms.map(platformName));
}

function joined(one: FoundImage, other: FoundImage): FoundImage {
  return {
    digests: [...one.digests, ...other.digests],
    references: [...new Set([...one.references, ...other.references])],
    platforms: uniquePlatforms([...one.platforms, ...other.platforms]),
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
  return [...new Map(platforms.map((platform) => [platformName(platform), platform])).values()];
}

function platformName({ os, architecture }: ImagePlatform): string {
  return `${os}/${architecture}`;
}
