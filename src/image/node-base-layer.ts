import { baseLayer } from './base-layer.ts';
import type { LayerEntry } from './layer-entry.ts';

/**
 * The lowest layer of every image with Node: the Node that runs this very process, and what all our images begin with.
 * The same in all of them, so that a node keeps it once.
 *
 * @throws DrainbenchError `node-image-needs-linux`, `command-missing`
 */
export async function nodeBaseLayer(): Promise<readonly LayerEntry[]> {
  return await baseLayer(new Map([['/usr/local/bin/node', process.execPath]]));
}
