import { mkdir } from 'node:fs/promises';
import { buildEntry } from './build-entry.ts';
import { cacheFailure } from './cache-failure.ts';
import { catalog } from './catalog.ts';
import { findCached } from './find-cached.ts';
import { requireSystemNeeds } from './require-system-needs.ts';
import type { ToolName, ToolPaths } from './tool-paths.ts';
import type { ToolProgress } from './tool-progress.ts';
import type { ToolCatalog } from './tool-spec.ts';
import { pinnedSources, toolCache } from './tool-folders.ts';
import { sweepDeadBuilds } from './work-dir.ts';

export interface BuildOptions {
  /** Where entries are kept; default: `tools` under drainbench's cache. */
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ToolProgress) => void;
  /** Hash every cached binary instead of comparing sizes and times. */
  readonly verify?: boolean;
}

/**
 * Builds the tools that are asked for (default: all) and not cached, one after another, and returns where their
 * binaries are. Safe against other builds at the same time and against being killed: an entry appears whole.
 *
 * Throws `go-missing`, `go-too-old`, `build-needs-missing`, `disk-full`, `modules-unreachable`,
 * `tool-checksum-mismatch`, `cache-not-writable` or `tool-build-failed`; the signal's reason on abort.
 */
export async function buildTools<Name extends ToolName = ToolName>(
  options: BuildOptions & { readonly names?: readonly Name[] } = {},
): Promise<ToolPaths<Name>> {
  const names: readonly ToolName[] = options.names ?? (Object.keys(catalog) as ToolName[]);
  const wanted = Object.fromEntries(names.map((name) => [name, catalog[name]]));
  // Holds for the names asked for, which the type of the record cannot express.
  return (await buildCatalog(wanted, pinnedSources(), options)) as ToolPaths<Name>;
}

/** The same for any catalog, whose modules and sources lie under `toolsDir`. */
export async function buildCatalog(
  wanted: ToolCatalog,
  toolsDir: string,
  options: BuildOptions,
): Promise<Readonly<Record<string, string>>> {
  const { cacheDir = toolCache(), signal, verify = false } = options;
  signal?.throwIfAborted();
  await makeCacheDir(cacheDir);
  const { tools: checked, go } = await findCached(wanted, toolsDir, cacheDir, verify);
  await sweepDeadBuilds(cacheDir);
  const toBuild = checked.filter(({ state }) => state.kind !== 'complete');
  await requireSystemNeeds(Object.fromEntries(toBuild.map(({ recipe }) => [recipe.tool, recipe.spec])));

  const paths: Record<string, string> = {};
  for (const [index, { recipe, state }] of checked.entries()) {
    signal?.throwIfAborted();
    const started = performance.now();
    const report = (phase: ToolProgress['phase'], expectedMs: number, detail?: string): void =>
      options.onProgress?.({
        tool: recipe.tool,
        version: recipe.version,
        phase,
        elapsedMs: Math.round(performance.now() - started),
        expectedMs,
        index: index + 1,
        total: checked.length,
        ...(detail === undefined ? {} : { detail }),
      });
    if (state.kind === 'complete') {
      report('cached', 0);
      Object.assign(paths, state.paths);
    } else {
      if (go === null) throw new Error('without Go all tools are there, or none is looked for');
      Object.assign(paths, await buildEntry(recipe, { cacheDir, go, verify, signal, report }));
    }
  }
  return paths;
}

async function makeCacheDir(cacheDir: string): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true });
  } catch (cause) {
    throw cacheFailure(cacheDir, cause) ?? cause;
  }
}
