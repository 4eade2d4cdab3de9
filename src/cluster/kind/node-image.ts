import { readFile } from 'node:fs/promises';

import { readGoPin } from '../../tools/read-go-pin.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { askEngine, type EngineAccess } from './engine-command.ts';
import { NODE_IMAGE_REPOSITORY } from './node-image/build-node-image.ts';

/**
 * The default of the pinned kind (its pkg/apis/config/defaults/image.go), by digest: what everybody else's kind
 * v0.33.0 runs. A test holds it against that source.
 */
export const OFFICIAL_NODE_IMAGE =
  'kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5';

/** The image that is asked for; else the one that `kind build-node-image` made, where it is; else kind's own default. */
export async function chooseNodeImage(
  engine: EngineAccess,
  asked: string | null,
  signal: AbortSignal,
): Promise<string> {
  if (asked !== null) return asked;
  const own = await ownNodeImage();
  return (await hasImage(engine, own, signal)) ? own : OFFICIAL_NODE_IMAGE;
}

/** The name under which `kind build-node-image` makes the node image of the pinned Kubernetes. */
export async function ownNodeImage(): Promise<string> {
  const goMod = await readFile(new URL('../../../tools/kubernetes/go.mod', import.meta.url), 'utf8');
  return `${NODE_IMAGE_REPOSITORY}:${readGoPin(goMod, 'k8s.io/kubernetes').version}`;
}

export async function hasImage(engine: EngineAccess, image: string, signal: AbortSignal): Promise<boolean> {
  try {
    await askEngine(engine, ['image', 'inspect', '--format', '{{.Id}}', image], signal);
    return true;
  } catch (error) {
    if (error instanceof DrainbenchError) return false;
    throw error;
  }
}

/** Throws `node-image-unavailable`, which names the ways without a registry. */
export async function pullNodeImage(engine: EngineAccess, image: string, signal: AbortSignal): Promise<void> {
  try {
    await askEngine(engine, ['pull', image], signal);
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    throw new DrainbenchError({
      code: 'node-image-unavailable',
      message: `the node image ${image} is not here, and cannot be pulled`,
      ...(error.detail === undefined ? {} : { found: error.detail.split('\n').at(-1) ?? '' }),
      ...(error.command === undefined ? {} : { command: error.command }),
      fix: 'name one that is here with --node-image, or make one without a registry (Linux, as root): drainbench kind build-node-image',
      cause: error,
    });
  }
}
