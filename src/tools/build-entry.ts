import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { countOf } from '../model/count-of.ts';
import { buildWithGcc } from './build-with-gcc.ts';
import { buildWithGo, type BuildStep } from './build-with-go.ts';
import { checkEntry, sealEntry } from './cache-entry.ts';
import { cacheFailure } from './cache-failure.ts';
import { acquireEntryLock } from './entry-lock.ts';
import { estimateBuild } from './estimate-build.ts';
import type { GoToolchain } from './find-go.ts';
import type { ToolProgress } from './tool-progress.ts';
import type { ToolRecipe } from './tool-recipe.ts';
import { compilerRecord, findBuilders, lockPath, makeWorkDir, sweepWorkDir } from './work-dir.ts';

export interface EntryContext {
  readonly cacheDir: string;
  readonly go: GoToolchain;
  readonly verify: boolean;
  readonly signal: AbortSignal | undefined;
  readonly report: (phase: ToolProgress['phase'], expectedMs: number, detail?: string) => void;
}

/** Builds one tool into the cache, unless another process has done so while this one waited for the lock. */
export async function buildEntry(
  recipe: ToolRecipe,
  context: EntryContext,
): Promise<Readonly<Record<string, string>>> {
  try {
    return await buildUnderLock(recipe, context);
  } catch (error) {
    throw cacheFailure(context.cacheDir, error) ?? error;
  }
}

async function buildUnderLock(
  recipe: ToolRecipe,
  context: EntryContext,
): Promise<Readonly<Record<string, string>>> {
  const { cacheDir, verify, signal, report } = context;
  const estimateMs = recipe.spec.compileMs + recipe.spec.linkMs;
  const lock = await acquireEntryLock(
    lockPath(cacheDir, recipe.entry),
    async () => report('waiting', estimateMs, await namesOfBuilders(cacheDir, recipe.entry)),
    signal,
  );
  try {
    const entryDir = join(cacheDir, recipe.entry);
    const binaries = Object.keys(recipe.spec.binaries);
    const before = await checkEntry(entryDir, binaries, verify);
    if (before.kind === 'complete') {
      report('cached', 0);
      return before.paths;
    }
    if (before.kind === 'corrupt') report('corrupt', estimateMs, before.reason);
    await buildInto(entryDir, recipe, context);
    const after = await checkEntry(entryDir, binaries, false);
    if (after.kind !== 'complete') throw new Error(`${entryDir} is ${after.kind} right after it was built`);
    report('done', 0);
    return after.paths;
  } finally {
    lock.release();
  }
}

async function namesOfBuilders(cacheDir: string, entry: string): Promise<string> {
  const pids = await findBuilders(cacheDir, entry);
  return pids.length === 0 ? 'another process holds the lock' : `process ${pids.join(', ')} is building it`;
}

async function buildInto(entryDir: string, recipe: ToolRecipe, context: EntryContext): Promise<void> {
  const { cacheDir, go, signal } = context;
  const started = performance.now();
  const workDir = await makeWorkDir(cacheDir, recipe.entry);
  const estimate = estimateBuild(recipe.spec);
  try {
    const build = {
      workDir,
      signal,
      onStep: (step: BuildStep) =>
        context.report(step.phase, estimate(step, performance.now() - started), inWords(step)),
    };
    if (recipe.spec.kind === 'go') await buildWithGo(recipe, go.command, build);
    else await buildWithGcc(recipe, build);
    await rm(join(workDir, 'tmp'), { recursive: true, force: true });
    await rm(compilerRecord(workDir), { force: true });
    await sealEntry(workDir, Object.keys(recipe.spec.binaries), {
      tool: recipe.tool,
      version: recipe.version,
      builtBy: recipe.spec.kind === 'go' ? go.version : 'gcc',
      builtAt: new Date().toISOString(),
      buildMs: Math.round(performance.now() - started),
    });
    signal?.throwIfAborted();
    await rm(entryDir, { recursive: true, force: true });
    await rename(workDir, entryDir);
  } catch (error) {
    await sweepWorkDir(workDir);
    throw error;
  }
}

function inWords(step: BuildStep): string {
  if (step.phase === 'downloading') return `downloaded ${countOf(step.modules, 'module')}`;
  return step.compiled < step.toCompile
    ? `compiled ${step.compiled} of ${countOf(step.toCompile, 'package')}`
    : `linked ${step.linked} of ${countOf(step.binaries, 'binary', 'binaries')}`;
}
