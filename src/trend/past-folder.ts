import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { writeFileAtomically } from '../history/write-file-atomically.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { pastRunSchema, type PastRun } from '../model/past-run.ts';

/**
 * The history of many runs: a folder with one small file a run, called after it. Not one database: a CI cache or an
 * artefact is put back whole, so of two jobs that had added to one file the second would throw the first's run away,
 * and a file that is cut in half is a history that is gone. Here two jobs write two files, two folders become one by
 * copying, and what is damaged is one run, which is named and added again.
 */
export interface PastFolder {
  /** In the order of their begin. */
  readonly runs: readonly PastRun[];
  /** Files that could not be read, each with why. */
  readonly damaged: readonly { readonly file: string; readonly why: string }[];
  /** Files that a newer drainbench wrote: they are left alone. */
  readonly newer: readonly string[];
}

/** So many files are read at a time: more would wait for descriptors. */
const AT_A_TIME = 64;

const anyVersion = z.object({ schemaVersion: z.number().int() });

/**
 * Adds a run, or takes the place of what was kept of it before. Its file is written whole or not at all.
 *
 * @returns whether nothing was kept of it before.
 */
export async function addPastRun(folder: string, run: PastRun): Promise<boolean> {
  const file = join(folder, `${run.runId}.json`);
  const before = await readFile(file, 'utf8').catch(() => null);
  const found = before === null ? null : parse(before);
  // What a newer version knows of the run is more than what this one would write over it.
  if (found?.kind === 'newer') throw keptByNewer(file);
  await writeFileAtomically(file, `${JSON.stringify(run)}\n`);
  return before === null;
}

/**
 * Reads what is there. A file that cannot be used takes nothing else with it.
 *
 * @throws DrainbenchError `history-missing` (exit code 64): there is no such folder.
 */
export async function readPastFolder(folder: string): Promise<PastFolder> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new DrainbenchError({
      code: 'history-missing',
      message: `there is no history in ${folder}`,
      expected: 'a folder that `drainbench history add` wrote',
      fix: `drainbench history add reports/latest --history ${folder}`,
      exitCode: EXIT.usage,
      cause,
    });
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  const runs: PastRun[] = [];
  const damaged: { file: string; why: string }[] = [];
  const newer: string[] = [];
  for (let at = 0; at < files.length; at += AT_A_TIME) {
    const some = files.slice(at, at + AT_A_TIME);
    const texts = await Promise.all(
      some.map((file) => readFile(join(folder, file), 'utf8').catch((error: unknown) => error)),
    );
    for (const [index, text] of texts.entries()) {
      const file = some[index] ?? '';
      const found = typeof text === 'string' ? parse(text) : damage(String(text));
      if (found.kind === 'run') runs.push(found.run);
      else if (found.kind === 'newer') newer.push(file);
      else damaged.push({ file, why: found.why });
    }
  }
  runs.sort((a, b) => a.startedAtMs - b.startedAtMs || (a.runId < b.runId ? -1 : 1));
  return { runs, damaged, newer };
}

type Parsed =
  | { readonly kind: 'run'; readonly run: PastRun }
  | { readonly kind: 'newer' }
  | { readonly kind: 'damaged'; readonly why: string };

function parse(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return damage(text === '' ? 'it is empty' : 'it is no JSON: cut in half, perhaps');
  }
  const version = anyVersion.safeParse(value);
  if (version.success && version.data.schemaVersion > 1) return { kind: 'newer' };
  const run = pastRunSchema.safeParse(value);
  if (run.success) return { kind: 'run', run: run.data };
  const [issue] = run.error.issues;
  return damage(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a run'}`);
}

function damage(why: string): Parsed {
  return { kind: 'damaged', why };
}

function keptByNewer(file: string): DrainbenchError {
  return new DrainbenchError({
    code: 'history-newer',
    message: `${file} was written by a newer drainbench, and stays as it is`,
    expected: 'schemaVersion 1',
    fix: 'use that version, or add the run to another folder: --history DIR',
    exitCode: EXIT.usage,
  });
}
