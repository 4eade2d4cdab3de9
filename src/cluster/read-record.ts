import { readFile } from 'node:fs/promises';
import { z } from 'zod';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { isErrno } from '../model/errno.ts';

/** What could be read of the records of a folder. */
export interface Records<T> {
  readonly records: readonly T[];
  /** What is there and cannot be read. It is nobody's to remove: it may be alive. */
  readonly unreadable: readonly { readonly name: string; readonly error: DrainbenchError }[];
}

/**
 * Reads the record of a cluster; `null` only when there is none for this user: others' records are theirs alone. One of another version of drainbench, or one that could
 * not be opened just now, is of a cluster that may well run.
 *
 * @throws DrainbenchError `record-unreadable`.
 */
export async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    if (isErrno(error, 'EACCES') && process.geteuid?.() !== 0) return null;
    throw unreadable(path, error instanceof Error ? error.message : String(error), error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, 'it is not JSON', error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { success, data } = versioned.safeParse(value);
  const found =
    success && data.schemaVersion !== 1
      ? `schemaVersion ${data.schemaVersion}: another version of drainbench made it`
      : z.prettifyError(parsed.error);
  throw unreadable(path, found, parsed.error);
}

const versioned = z.object({ schemaVersion: z.number() });

/** Reads the records of these names, in their order; `null` of one that has none. */
export async function readRecords<T>(
  names: readonly string[],
  read: (name: string) => Promise<T | null>,
): Promise<Records<T>> {
  const records: T[] = [];
  const unreadable: { name: string; error: DrainbenchError }[] = [];
  for (const name of names.toSorted()) {
    try {
      const record = await read(name);
      if (record !== null) records.push(record);
    } catch (error) {
      if (!(error instanceof DrainbenchError)) throw error;
      unreadable.push({ name, error });
    }
  }
  return { records, unreadable };
}

function unreadable(path: string, found: string, cause: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'record-unreadable',
    message: `the record of a cluster cannot be read: ${path}`,
    expected: 'a record of this version of drainbench (schemaVersion 1)',
    found,
    fix: 'use the version that made it; or, when nothing of that cluster runs any more, remove the folder',
    cause,
  });
}
