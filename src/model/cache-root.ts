import { isAbsolute, join } from 'node:path';

/**
 * Where everything lives that can be made again: `$XDG_CACHE_HOME/drainbench`, else `~/.cache/drainbench`.
 * A relative XDG_CACHE_HOME is ignored, as the XDG base directory specification asks.
 */
export function cacheRoot(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const configured = environment['XDG_CACHE_HOME'];
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(home, '.cache');
  return join(base, 'drainbench');
}
