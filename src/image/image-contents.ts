import { z } from 'zod';
import { archiveJson, incompleteArchive } from './archive-json.ts';
import { normalizeReference } from './normalize-reference.ts';
import { ociArchitecture } from './oci-architecture.ts';
import { blobName } from './plan-oci-image.ts';
import { readArchiveTexts, type ArchiveTexts } from './read-archive-texts.ts';
import { readLayers, type ImageFiles } from './read-layers.ts';

/** What one image of an archive starts, and what is in its file system. */
export interface ImageContents {
  /** The archive it came from. */
  readonly path: string;
  /** Full names with tag; empty where the archive names none. */
  readonly references: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `NAME=value`, as the image's configuration has it. */
  readonly env: readonly string[];
  /** E.g. `SIGQUIT`; `null` where the image names none, which means SIGTERM. */
  readonly stopSignal: string | null;
  /** `null` where a layer is compressed in a way that is not known here. */
  readonly files: ImageFiles | null;
}

const dockerSchema = z
  .array(
    z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()) }),
  )
  .min(1);

const configSchema = z.object({
  architecture: z.string().optional(),
  config: z
    .object({
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      Env: z.array(z.string()).nullish(),
      StopSignal: z.string().nullish(),
    })
    .nullish(),
});

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha(?:256|512):[0-9a-f]+$/),
  annotations: z.record(z.string(), z.string()).optional(),
});
const indexSchema = z.object({ manifests: z.array(descriptorSchema) });
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) });

/**
 * Looks into the images of an archive: an OCI layout, or what `docker save` writes, with one image or several. Of an
 * image for several platforms the one for this machine's architecture is taken, else the first. The file is read through
 * twice; nothing is unpacked.
 *
 * Throws as inspectImageArchive does.
 */
export async function readImageContents(path: string): Promise<readonly ImageContents[]> {
  const archive = await readArchiveTexts(path);
  const images = archive.texts.has('manifest.json') ? dockerImages(path, archive) : ociImages(path, archive);
  const contents: ImageContents[] = [];
  for (const { references, configName, layers } of images) {
    const missing = layers.find((layer) => !archive.sizes.has(layer));
    if (missing !== undefined) throw incompleteArchive(path, missing);
    const { config } = archiveJson(path, archive, configName, configSchema);
    contents.push({
      path,
      references,
      entrypoint: config?.Entrypoint ?? [],
      command: config?.Cmd ?? [],
      env: config?.Env ?? [],
      stopSignal: config?.StopSignal ?? null,
      files: await readLayers(path, layers),
    });
  }
  return contents;
}

interface FoundImage {
  readonly references: readonly string[];
  readonly configName: string;
  /** Members of the archive, lowest first. */
  readonly layers: readonly string[];
}

function dockerImages(path: string, archive: ArchiveTexts): readonly FoundImage[] {
  return archiveJson(path, archive, 'manifest.json', dockerSchema).map(({ Config, RepoTags, Layers }) => ({
    references: (RepoTags ?? []).map(normalizeReference),
    configName: Config,
    layers: Layers,
  }));
}

function ociImages(path: string, archive: ArchiveTexts): readonly FoundImage[] {
  const { manifests } = archiveJson(path, archive, 'index.json', indexSchema);
  const byDigest = Map.groupBy(manifests, ({ digest }) => digest);
  return [...byDigest.values()].flatMap((descriptors) => {
    const [descriptor] = descriptors;
    if (descriptor === undefined) return [];
    const references = descriptors.flatMap(({ annotations }) => {
      const name =
        annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name'];
      return name !== undefined && /[/:]/.test(name) ? [normalizeReference(name)] : [];
    });
    const platforms = manifestsOf(path, archive, descriptor);
    const own = ociArchitecture(process.arch);
    const chosen = platforms.find(({ architecture }) => architecture === own) ?? platforms[0];
    if (chosen === undefined) return [];
    return [{ references, configName: chosen.configName, layers: chosen.layers }];
  });
}

interface PlatformManifest {
  readonly architecture: string;
  readonly configName: string;
  readonly layers: readonly string[];
}

function manifestsOf(
  path: string,
  archive: ArchiveTexts,
  { mediaType, digest }: z.infer<typeof descriptorSchema>,
): readonly PlatformManifest[] {
  const name = blobName(digest);
  if (mediaType.includes('image.index') || mediaType.includes('manifest.list')) {
    return archiveJson(path, archive, name, indexSchema)
      .manifests.filter((inner) => archive.texts.has(blobName(inner.digest)))
      .flatMap((inner) => manifestsOf(path, archive, inner));
  }
  const { config, layers } = archiveJson(path, archive, name, manifestSchema);
  const configName = blobName(config.digest);
  const { architecture = '' } = archiveJson(path, archive, configName, configSchema);
  // Attestations (build provenance) are manifests for the platform "unknown": no image.
  if (architecture === 'unknown') return [];
  return [{ architecture, configName, layers: layers.map((layer) => blobName(layer.digest)) }];
}
