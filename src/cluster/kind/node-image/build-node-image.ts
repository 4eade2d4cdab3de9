import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { cacheRoot } from '../../../model/cache-root.ts';
import { isMarkOfDead, processMark } from '../../../model/process-mark.ts';
import { buildTools } from '../../../tools/build-tools.ts';
import type { ToolProgress } from '../../../tools/tool-progress.ts';
import { requireRoot } from '../../embedded/require-root.ts';
import { NETWORK_IMAGE, writeClusterImages } from './cluster-images.ts';
import { DEBIAN_PACKAGES, DEBIAN_SUITE, makeDebianRoot, requireDebootstrap } from './debian-root.ts';
import { writeDockerArchive } from './docker-archive.ts';
import { installNode, type NodeParts } from './install-node.ts';
import { kindModuleFolder } from './kind-module.ts';
import { NODE_IMAGE_TOOLS } from './node-image-tools.ts';
import { preloadImages } from './preload-images.ts';

export interface NodeImageOptions {
  /** Where Debian's packages come from; `null`: debootstrap's own default. */
  readonly mirror: string | null;
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
  /** A step of the build has begun. */
  readonly onStep: (step: string) => void;
}

/** A node image in a file that `docker load` and `podman load` take. */
export interface NodeImageFile {
  readonly path: string;
  readonly reference: string;
  /** Of everything that went into it, but the versions of Debian's packages; also the label `NODE_IMAGE_LABEL`. */
  readonly hash: string;
  readonly kubernetesVersion: string;
  readonly cached: boolean;
}

export const NODE_IMAGE_REPOSITORY = 'drainbench/kind-node';
export const NODE_IMAGE_LABEL = 'dev.drainbench.node-image';

/** Changes with what the build does to the same parts. */
const RECIPE = 1;

/**
 * Makes a node image for kind without any registry: the pinned programs of tools/, kind's own base files, and Debian's
 * packages. Kept in the cache, named by its parts, so that the second call only finds it. Needs root, for debootstrap.
 */
export async function buildNodeImage(options: NodeImageOptions): Promise<NodeImageFile> {
  const { signal, onStep } = options;
  requireRoot();
  let kubernetesVersion = '';
  const tools = await buildTools({
    names: NODE_IMAGE_TOOLS,
    signal,
    onProgress: (progress) => {
      if (progress.tool === 'kubernetes') kubernetesVersion = progress.version;
      options.onToolProgress(progress);
    },
  });
  const cacheDir = cacheRoot(process.env, homedir());
  const images = join(cacheDir, 'images');
  const kindPin = await readFile(new URL('../../../../tools/kind/go.mod', import.meta.url), 'utf8');
  // A cached tool lies in ENTRY/bin/NAME, and its entry is named by its hash.
  const entries = Object.values(tools).map((binary) => binary.split('/').slice(-3).join('/'));
  const parts = [RECIPE, entries, kindPin, DEBIAN_SUITE, DEBIAN_PACKAGES, NETWORK_IMAGE];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  const path = join(images, `kind-node-${hash}.tar`);
  const reference = `${NODE_IMAGE_REPOSITORY}:${kubernetesVersion}`;
  const file = { path, reference, hash, kubernetesVersion };
  if (existsSync(path)) return { ...file, cached: true };

  requireDebootstrap();
  await sweepDeadBuilds(images);
  const work = join(images, `kind-node.work-${processMark()}`);
  await mkdir(work, { recursive: true, mode: 0o700 });
  try {
    const root = join(work, 'root');
    onStep(`Debian ${DEBIAN_SUITE} with ${DEBIAN_PACKAGES.length} packages`);
    await makeDebianRoot(root, options.mirror, signal);
    onStep("kind's base files and the programs of a node");
    const node: NodeParts = {
      root,
      kindModule: await kindModuleFolder(signal),
      tools,
      kubernetesVersion,
      networkImage: NETWORK_IMAGE,
    };
    await installNode(node, signal);
    onStep(`images of Kubernetes ${kubernetesVersion}`);
    const archives = await writeClusterImages(node, work, cacheDir, signal);
    await preloadImages(
      root,
      tools,
      archives.map((image) => image.path),
      signal,
    );
    onStep('packing the node image');
    const labels = { [NODE_IMAGE_LABEL]: hash };
    await writeDockerArchive({ root, reference, labels, output: path, workFolder: work, signal });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { ...file, cached: false };
}

async function sweepDeadBuilds(images: string): Promise<void> {
  for (const name of await readdir(images).catch(() => [])) {
    const mark = /^kind-node(?:\.work-|-[0-9a-f]{16}\.tar\.tmp-)(.+)$/.exec(name)?.[1];
    if (mark !== undefined && isMarkOfDead(mark))
      await rm(join(images, name), { recursive: true, force: true });
  }
}
