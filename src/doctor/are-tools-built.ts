import { join } from 'node:path';

import { checkEntry } from '../tools/cache-entry.ts';
import { catalog } from '../tools/catalog.ts';
import { findGo } from '../tools/find-go.ts';
import { readToolRecipe } from '../tools/tool-recipe.ts';

/** What a box runs; k6 and kind are built when they are first asked for. */
const EMBEDDED_TOOLS = [
  'pause',
  'conntrack-events',
  'cni',
  'runc',
  'etcd',
  'containerd',
  'coredns',
  'kubernetes',
] as const;

/** Whether everything a box runs is in the cache, complete and of the pinned versions. False when it cannot be told. */
export async function areToolsBuilt(cacheDir: string): Promise<boolean> {
  try {
    const go = await findGo();
    const toolsDir = join(import.meta.dirname, '../../tools');
    const states = await Promise.all(
      EMBEDDED_TOOLS.map(async (name) => {
        const recipe = await readToolRecipe(name, catalog[name], toolsDir, go);
        return checkEntry(join(cacheDir, 'tools', recipe.entry), Object.keys(recipe.spec.binaries), false);
      }),
    );
    return states.every((state) => state.kind === 'complete');
  } catch {
    return false;
  }
}
