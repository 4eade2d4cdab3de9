import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../model/cache-root.ts';
import { buildEntry } from './build-entry.ts';
import { checkEntry } from './cache-entry.ts';
import { cacheFailure } from './cache-failure.ts';
import { catalog } from './catalog.ts';
import { findGo } from './find-go.ts';
import { requireSystemNeeds } from './require-system-needs.ts';
import type { ToolName, ToolPaths } from './tool-paths.ts';
import type { ToolProgress } from './tool-progress.ts';
import { readToolRecipe } from './tool-recipe.ts';
import type { ToolCatalog } from './tool-spec.ts';
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
  const toolsDir = fileURLToPath(new URL('../../tools', import.meta.url));
  // Holds for the names asked for, which the type of the record cannot express.
  return (await buildCatalog(wanted, toolsDir, options)) as ToolPaths<Name>;
}

/** The same for any catalog, whose modules and sources lie under `toolsDir`. */
export async function buildCatalog(
  wanted: ToolCatalog,
  toolsDir: string,
  options: BuildOptions,
): Promise<Readonly<Record<string, string>>> {
  const { cacheDir = join(cacheRoot(process.env, homedir()), 'tools'), signal, verify = false } = options;
  signal?.throwIfAborted();
  await makeCacheDir(cacheDir);
  const go = await findGo();
  const recipes = await Promise.all(
    Object.entries(wanted).map(([name, spec]) => readToolRecipe(name, spec, toolsDir, go)),
  );
  const checked = await Promise.all(
    recipes.map(async (recipe) => ({
      recipe,
      state: await checkEntry(join(cacheDir, recipe.entry), Object.keys(recipe.spec.binaries), verify),
    })),
  );
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
    if (state.kind === 'complete') report('cached', 0);
    const found =
      state.kind === 'complete'
        ? state.paths
        : await buildEntry(recipe, { cacheDir, go, verify, signal, report });
    Object.assign(paths, found);
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
