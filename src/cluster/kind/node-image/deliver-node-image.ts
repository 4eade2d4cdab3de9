import { DrainbenchError } from '../../../model/drainbench-error.ts';
import { requireEngine } from '../engine.ts';
import { askEngine, type EngineAccess } from '../engine-command.ts';
import { NODE_IMAGE_LABEL, type NodeImageFile } from './build-node-image.ts';

export type DeliveredImage =
  | { readonly engine: string; readonly reference: string }
  | { readonly engine: null; readonly reason: string };

/**
 * Loads a node image into the engine, unless that very image is there; under a further name if one is given. Without
 * an engine the file is all there is.
 */
export async function deliverNodeImage(
  file: NodeImageFile,
  tag: string | null,
  signal: AbortSignal,
): Promise<DeliveredImage> {
  let access: EngineAccess;
  try {
    ({ access } = await requireEngine(signal));
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    return { engine: null, reason: error.message };
  }
  if ((await hashOf(access, file.reference, signal)) !== file.hash)
    await askEngine(access, ['load', '--input', file.path], signal);
  if (tag !== null) await askEngine(access, ['tag', file.reference, tag], signal);
  return { engine: access.command, reference: tag ?? file.reference };
}

/** What an image in the engine was made of; `null` when there is none of this name. */
async function hashOf(access: EngineAccess, reference: string, signal: AbortSignal): Promise<string | null> {
  const format = `{{index .Config.Labels "${NODE_IMAGE_LABEL}"}}`;
  try {
    return (await askEngine(access, ['image', 'inspect', '--format', format, reference], signal)).trim();
  } catch (error) {
    if (error instanceof DrainbenchError) return null;
    throw error;
  }
}
