import { join } from 'node:path';

import { BOX_TOOLS } from '../cluster/embedded/provision.ts';
import { checkEntry } from '../tools/cache-entry.ts';
import { catalog } from '../tools/catalog.ts';
import { findGo } from '../tools/find-go.ts';
import { readToolRecipe } from '../tools/tool-recipe.ts';

/** Whether everything a box runs is in the cache, complete and of the pinned versions. False when it cannot be told. */
export async function areToolsBuilt(cacheDir: string): Promise<boolean> {
  try {
    const go = await findGo();
    const toolsDir = join(import.meta.dirname, '../../tools');
    const states = await Promise.all(
      BOX_TOOLS.map(async (name) => {
        const recipe = await readToolRecipe(name, catalog[name], toolsDir, go);
        return checkEntry(join(cacheDir, 'tools', recipe.entry), Object.keys(recipe.spec.binaries), false);
      }),
    );
    return states.every((state) => state.kind === 'complete');
  } catch {
    return false;
  }
}
