import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { checkEntry, readEntryManifest, type EntryState } from './cache-entry.ts';
import { findGo, type GoToolchain } from './find-go.ts';
import { readToolRecipe, type ToolRecipe } from './tool-recipe.ts';
import type { ToolCatalog, ToolSpec } from './tool-spec.ts';

/** A tool that is asked for, and what of it is in the cache. */
export interface WantedTool {
  readonly recipe: ToolRecipe;
  readonly state: EntryState;
}

export interface FoundTools {
  readonly tools: readonly WantedTool[];
  /** What builds those that are not there; `null`: nothing has to be built, and this machine has no Go. */
  readonly go: GoToolchain | null;
}

/**
 * Looks for every tool that is asked for. One that another Go has built of the same pinned sources, for the same kind of
 * machine, is as good as one of this machine's Go: it may have come by `tools import`, to where there is none.
 *
 * Throws `go-missing` where something has to be built, `go-too-old` or `tool-source-unreadable`.
 */
export async function findCached(
  wanted: ToolCatalog,
  toolsDir: string,
  cacheDir: string,
  verify: boolean,
  installedGo: () => Promise<GoToolchain> = findGo,
): Promise<FoundTools> {
  const installed = await installedGo().catch((error: unknown) => {
    if (error instanceof DrainbenchError && error.code === 'go-missing') return error;
    throw error;
  });
  const go = installed instanceof DrainbenchError ? null : installed;
  // Asked only where this machine's own is not there: every start comes by here.
  let others: ReturnType<typeof builders> | undefined;
  const tools = await Promise.all(
    Object.entries(wanted).map(async ([name, spec]): Promise<WantedTool> => {
      const look = (by: GoToolchain): Promise<WantedTool> =>
        lookFor({ name, spec, toolsDir, cacheDir, verify }, by);
      const own = go === null ? null : await look(go);
      if (own?.state.kind === 'complete') return own;
      for (const other of await (others ??= builders(cacheDir))) {
        // Of a Go that is too old for these sources nothing is here.
        const found = await look(other).catch(() => null);
        if (found?.state.kind === 'complete') return found;
      }
      if (own !== null) return own;
      throw installed as DrainbenchError;
    }),
  );
  return { tools, go };
}

interface Look {
  readonly name: string;
  readonly spec: ToolSpec;
  readonly toolsDir: string;
  readonly cacheDir: string;
  readonly verify: boolean;
}

async function lookFor(
  { name, spec, toolsDir, cacheDir, verify }: Look,
  go: GoToolchain,
): Promise<WantedTool> {
  const recipe = await readToolRecipe(name, spec, toolsDir, go);
  const state = await checkEntry(join(cacheDir, recipe.entry), Object.keys(spec.binaries), verify);
  return { recipe, state };
}

/** Those that have built what is in the cache, with the settings that Go has for this kind of machine by itself. */
async function builders(cacheDir: string): Promise<readonly GoToolchain[]> {
  const names = await readdir(cacheDir).catch(() => []);
  const manifests = await Promise.all(names.map((name) => readEntryManifest(join(cacheDir, name))));
  const versions = new Set(manifests.flatMap((manifest) => manifest?.builtBy ?? []));
  return [...versions].filter((version) => version.startsWith('go')).map(builderOf);
}

/** A Go of this version as it would have been on a machine of this kind. It builds nothing here. */
export function builderOf(version: string): GoToolchain {
  const [hostArch = '', variant = ''] = GO_ARCH[process.arch] ?? [process.arch];
  return { command: '', version, hostOs: process.platform, hostArch, variant, canSwitch: false };
}

/** What Go calls a processor, and the micro-architecture that it takes by default. */
const GO_ARCH: Readonly<Partial<Record<NodeJS.Architecture, readonly [string, string]>>> = {
  x64: ['amd64', 'v1'],
  arm64: ['arm64', 'v8.0'],
};
