import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { ociArchitecture } from '../../../image/oci-architecture.ts';
import { tarBytes } from '../../../image/tar-bytes.ts';
import { processMark } from '../../../model/process-mark.ts';
import { runStep } from './run-step.ts';

/**
 * Packs a root file system as an image that every `docker load` and `podman load` takes: old engines do not read OCI
 * archives. The file appears whole.
 */
export async function writeDockerArchive(options: {
  readonly root: string;
  readonly reference: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly output: string;
  /** For the layer, on its way into the archive. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { root, signal, output } = options;
  const layer = join(options.workFolder, 'layer.tar');
  await runStep(
    'packing',
    ['tar', '-C', root, '--numeric-owner', '--sort=name', '--one-file-system', '-cf', layer, '.'],
    { signal },
  );
  const hash = createHash('sha256');
  await pipeline(createReadStream(layer), hash, { signal });
  const digest = hash.digest('hex');
  const config = JSON.stringify(imageConfig(digest, options.labels));
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  const manifest = [{ Config: configName, RepoTags: [options.reference], Layers: [`${digest}/layer.tar`] }];
  const temporary = `${output}.tmp-${processMark()}`;
  try {
    const members = [
      { kind: 'text' as const, name: 'manifest.json', mode: 0o644, text: JSON.stringify(manifest) },
      { kind: 'text' as const, name: configName, mode: 0o644, text: config },
      { kind: 'folder' as const, name: `${digest}/`, mode: 0o755 },
      {
        kind: 'file' as const,
        name: `${digest}/layer.tar`,
        mode: 0o644,
        source: layer,
        sizeBytes: (await stat(layer)).size,
      },
    ];
    await pipeline(tarBytes(members), createWriteStream(temporary), { signal });
    await rename(temporary, output);
  } finally {
    await rm(temporary, { force: true });
    await rm(layer, { force: true });
  }
}

/** As kind's Dockerfile sets it: systemd stops on SIGRTMIN+3, and looks for `container` to know where it is. */
function imageConfig(layerDigest: string, labels: Readonly<Record<string, string>>): unknown {
  return {
    architecture: ociArchitecture(process.arch),
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'container=docker'],
      Entrypoint: ['/usr/local/bin/entrypoint', '/sbin/init'],
      StopSignal: 'SIGRTMIN+3',
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'drainbench kind build-node-image' }],
  };
}
