import { join } from 'node:path';

import { BOX_TOOLS } from '../cluster/embedded/provision.ts';
import { catalog } from '../tools/catalog.ts';
import { findCached } from '../tools/find-cached.ts';
import { pinnedSources } from '../tools/tool-folders.ts';

/** Whether everything a box runs is in the cache, complete and of the pinned versions. False when it cannot be told. */
export async function areToolsBuilt(cacheDir: string): Promise<boolean> {
  try {
    const wanted = Object.fromEntries(BOX_TOOLS.map((name) => [name, catalog[name]]));
    const { tools } = await findCached(wanted, pinnedSources(), join(cacheDir, 'tools'), false);
    return tools.every(({ state }) => state.kind === 'complete');
  } catch {
    return false;
  }
}
