import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cacheRoot } from '../model/cache-root.ts';

/** Where the pinned sources of the tools are. */
export function pinnedSources(): string {
  return fileURLToPath(new URL('../../tools', import.meta.url));
}

/** Where tools are kept unless something else is said. */
export function toolCache(): string {
  return join(cacheRoot(process.env, homedir()), 'tools');
}
