import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { cachedImage, type ImageCacheOptions } from './cached-image.ts';
import type { LayerEntry } from './layer-entry.ts';
import { nodeBaseLayer } from './node-base-layer.ts';
import { ociArchitecture } from './oci-architecture.ts';
import type { OciImageConfig } from './plan-oci-image.ts';
import type { ImageFile } from './write-oci-image.ts';

export interface NodeAppInput {
  /** Full name with tag, e.g. `docker.io/drainbench/http:1`. */
  readonly reference: string;
  /** Folder on the host that becomes /app. */
  readonly appDir: string;
  /** `entrypoint` e.g. `['node', '/app/main.js']`; runs in /app as root unless `user` says otherwise. */
  readonly config: OciImageConfig;
}

/**
 * The image of a Node app, without a registry: the Node that runs this very process, the host's `sh` and a few
 * small commands for exec hooks, and what those load. Two layers: apps differ only in the upper one.
 */
export async function nodeAppImage(input: NodeAppInput, options: ImageCacheOptions): Promise<ImageFile> {
  const name = posix.basename(input.reference).replaceAll(/[^\w.-]/g, '-');
  return await cachedImage(
    name,
    {
      reference: input.reference,
      layers: [await nodeBaseLayer(), await appLayer(input.appDir)],
      config: { workingDir: '/app', ...input.config },
      architecture: ociArchitecture(process.arch),
    },
    options,
  );
}

async function appLayer(appDir: string): Promise<readonly LayerEntry[]> {
  const names = await readdir(appDir, { recursive: true }).catch((cause: unknown) =>
    refuseAppDir(appDir, cause),
  );
  const entries = await Promise.all(
    names.map(async (name): Promise<LayerEntry> => {
      const source = join(appDir, name);
      const path = posix.join('/app', name);
      const found = await lstat(source);
      if (found.isSymbolicLink()) return { kind: 'link', path, target: await readlink(source) };
      return found.isDirectory() ? { kind: 'folder', path } : { kind: 'file', path, source };
    }),
  );
  return [{ kind: 'folder', path: '/app' }, ...entries];
}

function refuseAppDir(appDir: string, cause: unknown): never {
  throw new DrainbenchError({
    code: 'app-folder-unreadable',
    message: `The app's folder cannot be read: ${appDir}`,
    expected: 'a folder with the JavaScript files of the app',
    found: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
