import { readdir, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { endProcessGroup } from './end-process-group.ts';
import { tryEntryLock } from './entry-lock.ts';
import { pidNamespaceOf } from '../model/process-identity.ts';
import { processStartTime } from './process-start-time.ts';

/**
 * A build happens in a sibling of its cache entry, `ENTRY.tmp-PID`, which becomes the entry by one rename.
 * Whoever holds the entry's lock owns every such sibling: one that it did not make is a dead build's.
 */
const workDirName = /^(?<entry>.+)\.tmp-(?<pid>\d+)$/;

/** Path of an entry's lock file. It stays when the lock is released, and is empty. */
export const lockPath = (cacheDir: string, entry: string): string => join(cacheDir, `${entry}.lock`);

/** Makes the work folder of a build by this process, after sweeping what dead builds of the entry left. */
export async function makeWorkDir(cacheDir: string, entry: string): Promise<string> {
  for (const { name } of await listWorkDirs(cacheDir, entry)) await sweepWorkDir(join(cacheDir, name));
  const workDir = join(cacheDir, `${entry}.tmp-${process.pid}`);
  await mkdir(join(workDir, 'tmp'), { recursive: true });
  return workDir;
}

/** Process ids of those who build this entry just now. */
export async function findBuilders(cacheDir: string, entry: string): Promise<readonly number[]> {
  return (await listWorkDirs(cacheDir, entry)).map(({ pid }) => pid);
}

/** Removes what killed builds left in the cache, of whatever entry; builds that are alive are not touched. */
export async function sweepDeadBuilds(cacheDir: string): Promise<void> {
  for (const { name, entry } of await listWorkDirs(cacheDir)) {
    const lock = tryEntryLock(lockPath(cacheDir, entry));
    if (lock === undefined) continue;
    try {
      await sweepWorkDir(join(cacheDir, name));
    } finally {
      lock.release();
    }
  }
}

/** Removes a work folder. A compiler that outlived its builder is ended first: it would go on writing there. */
export async function sweepWorkDir(workDir: string): Promise<void> {
  const compiler = await readCompiler(workDir);
  // Only the very process that was recorded: its id may belong to a stranger by now.
  const isHere = compiler?.pidNamespace === pidNamespaceOf(process.pid);
  if (compiler !== undefined && isHere && (await processStartTime(compiler.pid)) === compiler.startTime) {
    await endProcessGroup(compiler.pid);
  }
  await rm(workDir, { recursive: true, force: true, maxRetries: 5 });
}

/** The compiler at work in a folder; its start time tells it from a later process with the same id. */
const compilerSchema = z.object({
  pid: z.number().int().positive(),
  startTime: z.string(),
  pidNamespace: z.string(),
});

/** Where the running compiler is recorded. */
export const compilerRecord = (workDir: string): string => join(workDir, 'compiler.json');

async function readCompiler(workDir: string): Promise<z.infer<typeof compilerSchema> | undefined> {
  try {
    return compilerSchema.parse(JSON.parse(await readFile(compilerRecord(workDir), 'utf8')));
  } catch {
    return undefined;
  }
}

interface WorkDir {
  readonly name: string;
  readonly entry: string;
  readonly pid: number;
}

async function listWorkDirs(cacheDir: string, ofEntry?: string): Promise<readonly WorkDir[]> {
  const names = await readdir(cacheDir).catch(() => []);
  return names
    .map((name) => ({ name, groups: workDirName.exec(name)?.groups }))
    .map(({ name, groups }) => ({ name, entry: groups?.['entry'] ?? '', pid: Number(groups?.['pid']) }))
    .filter(({ entry }) => entry !== '' && (ofEntry === undefined || entry === ofEntry));
}
