import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import type { KubeObject } from './kube-object.ts';
import { invalidManifest, parseManifest } from './parse-manifest.ts';
import { notRendered } from './refuse-template.ts';

/**
 * Reads the objects of a Kubernetes manifest, see {@link parseManifest}.
 *
 * @throws DrainbenchError `manifest-invalid` (exit code 64) with file, line and column; and as parseManifest does.
 */
export async function readManifest(path: string): Promise<KubeObject[]> {
  return parseManifest(await manifestText(path), path).map(({ object }) => object);
}

/** @throws DrainbenchError (exit code 64) `manifest-invalid` where the file cannot be read; also for folders and charts. */
export async function manifestText(path: string): Promise<string> {
  if (basename(path) === 'Chart.yaml') throw notRendered(path, 'is the head of a Helm chart');
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    const isFolder = cause instanceof Error && 'code' in cause && cause.code === 'EISDIR';
    if (isFolder) throw notRendered(path, 'is a folder');
    throw invalidManifest(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
}
