import { z } from 'zod';
import { archiveJson, imageConfigSchema, incompleteArchive } from './archive-json.ts';
import type { ImageArchive } from './image-archive.ts';
import { normalizeReference } from './normalize-reference.ts';
import type { ArchiveTexts } from './read-archive-texts.ts';
import { severalImages } from './several-images.ts';

const manifestSchema = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()),
    }),
  )
  .min(1);

/** The image in an archive as `docker save` wrote it before version 25. */
export function readDockerArchive(path: string, archive: ArchiveTexts): ImageArchive {
  const images = archiveJson(path, archive, 'manifest.json', manifestSchema);
  const [image] = images;
  if (image === undefined || images.length > 1) {
    throw severalImages(
      path,
      images.map(({ RepoTags, Config }) => RepoTags?.[0] ?? Config),
    );
  }
  const { architecture, os } = archiveJson(path, archive, image.Config, imageConfigSchema);
  const missing = image.Layers.find((layer) => !archive.sizes.has(layer));
  if (missing !== undefined) throw incompleteArchive(path, missing);
  return {
    path,
    format: 'docker-archive',
    compression: archive.compression,
    references: (image.RepoTags ?? []).map(normalizeReference),
    platforms: [{ os, architecture }],
    os,
    architecture,
  };
}
