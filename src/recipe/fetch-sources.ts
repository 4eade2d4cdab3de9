import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireEntryLock } from '../tools/entry-lock.ts';
import { findGo } from '../tools/find-go.ts';
import { runBuildCommand } from '../tools/run-build-command.ts';
import { compilerRecord, lockPath, makeWorkDir, sweepDeadBuilds, sweepWorkDir } from '../tools/work-dir.ts';
import { recipeName, type ImageRecipe } from './image-recipe.ts';
import { FETCHED, inWorkFolder, recipeSteps, type RecipeStep } from './recipe-steps.ts';
import { stepFailure } from './step-failure.ts';

export interface FetchOptions {
  /** Where what was fetched is kept. */
  readonly cacheDir: string;
  /** Fetch although it is there: for newer packages of the same names. */
  readonly refresh: boolean;
  readonly signal: AbortSignal;
  /** Called with what is being done. */
  readonly onStep: (doing: string) => void;
}

/** Another checkout may build another version of a recipe. */
const GENERATIONS_KEPT = 3;

/**
 * The folder with everything that a recipe's steps fetch and build, from the cache where the same was fetched before.
 * Appears whole or not at all.
 *
 * @throws DrainbenchError of a step, see stepFailure; the signal's reason on abort.
 */
export async function fetchSources(
  recipe: ImageRecipe,
  folder: string,
  { cacheDir, refresh, signal, onStep }: FetchOptions,
): Promise<string> {
  signal.throwIfAborted();
  const go = recipe.go === undefined ? undefined : await findGo();
  const steps = recipeSteps(recipe, folder, go?.command ?? 'go');
  const inputs = [process.arch, go?.version, recipe.debian?.packages, steps, await ownTexts(recipe, folder)];
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
  const entry = `${recipeName(recipe)}-${hash}`;
  const entryDir = join(cacheDir, entry);
  await mkdir(cacheDir, { recursive: true });
  await sweepDeadBuilds(cacheDir);
  const waiting = (): void => onStep('waiting for another build of it');
  const lock = await acquireEntryLock(lockPath(cacheDir, entry), waiting, signal);
  try {
    if (!refresh && (await isThere(entryDir))) return entryDir;
    const workDir = await makeWorkDir(cacheDir, entry);
    try {
      for (const name of Object.values(FETCHED)) await mkdir(join(workDir, name));
      for (const step of steps) await runStep(recipe.image, step, workDir, signal, onStep);
      await rm(join(workDir, 'tmp'), { recursive: true, force: true });
      await rm(join(workDir, FETCHED.packages), { recursive: true, force: true });
      await rm(compilerRecord(workDir), { force: true });
      signal.throwIfAborted();
      await rm(entryDir, { recursive: true, force: true });
      await rename(workDir, entryDir);
    } catch (error) {
      await sweepWorkDir(workDir);
      throw error;
    }
    await sweepOldGenerations(cacheDir, recipeName(recipe));
    return entryDir;
  } finally {
    lock.release();
  }
}

async function runStep(
  image: string,
  step: RecipeStep,
  workDir: string,
  signal: AbortSignal,
  onStep: (doing: string) => void,
): Promise<void> {
  const ready = inWorkFolder(step, workDir);
  const begun = performance.now();
  const tell = (): void => onStep(`${step.doing} ${Math.round((performance.now() - begun) / 1000)} s`);
  tell();
  const timer = setInterval(tell, 1000);
  try {
    const result = await runBuildCommand(ready, { workDir, signal, onLine: () => undefined });
    if (!result.ok) throw stepFailure(image, ready, result);
  } finally {
    clearInterval(timer);
  }
}

/** The files of the folder that the steps read. */
async function ownTexts(
  { go, python }: ImageRecipe,
  folder: string,
): Promise<readonly (readonly string[])[]> {
  const names =
    go === undefined ? [] : (await readdir(folder)).filter((name) => /\.(go|mod|sum)$/.test(name));
  if (python !== undefined) names.push(python.requirements);
  return await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]));
}

async function sweepOldGenerations(cacheDir: string, image: string): Promise<void> {
  const isGeneration = new RegExp(`^${image}-[0-9a-f]{16}$`);
  const names = (await readdir(cacheDir)).filter((name) => isGeneration.test(name));
  const made = await Promise.all(
    names.map(async (name) => ({ name, atMs: (await stat(join(cacheDir, name))).mtimeMs })),
  );
  for (const { name } of made.toSorted((one, other) => other.atMs - one.atMs).slice(GENERATIONS_KEPT))
    await rm(join(cacheDir, name), { recursive: true, force: true });
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
