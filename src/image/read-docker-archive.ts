import { z } from 'zod';
import { archiveJson, imageConfigSchema, incompleteArchive } from './archive-json.ts';
import type { ImageArchive } from './image-archive.ts';
import { normalizeReference } from './normalize-reference.ts';
import type { ArchiveTexts } from './read-archive-texts.ts';

const manifestSchema = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()),
    }),
  )
  .min(1);

/** The images in an archive as `docker save` wrote it before version 25. */
export function readDockerArchive(path: string, archive: ArchiveTexts): ImageArchive {
  const images = archiveJson(path, archive, 'manifest.json', manifestSchema).map(
    ({ Config, RepoTags, Layers }) => {
      const { architecture, os } = archiveJson(path, archive, Config, imageConfigSchema);
      const missing = Layers.find((layer) => !archive.sizes.has(layer));
      if (missing !== undefined) throw incompleteArchive(path, missing);
      return { references: (RepoTags ?? []).map(normalizeReference), platforms: [{ os, architecture }] };
    },
  );
  return { path, format: 'docker-archive', compression: archive.compression, images };
}
