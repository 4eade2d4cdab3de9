import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { isErrno } from '../../model/errno.ts';
import { processMark } from '../../model/process-mark.ts';
import { readRecord, readRecords, type Records } from '../read-record.ts';
import { AUDIT_LOG } from './kind-config.ts';
import { kindDirectory, kindPaths } from './kind-paths.ts';
import { kindRecordSchema, type KindRecord } from './kind-record.ts';

/** All kind clusters of ours that have a readable record, in the order of their names. */
export async function listKinds(): Promise<readonly KindRecord[]> {
  return (await surveyKinds()).records;
}

/** The same, and those whose record cannot be read. */
export async function surveyKinds(): Promise<Records<KindRecord>> {
  const names = await readdir(kindDirectory()).catch((error: unknown): string[] => {
    if (isErrno(error, 'ENOENT', 'EACCES')) return [];
    throw error;
  });
  return readRecords(
    names.filter((name) => !name.startsWith('.')),
    readKind,
  );
}

/** The record of one; `null` when there is none of this name. Throws `record-unreadable`. */
export async function readKind(name: string): Promise<KindRecord | null> {
  return readRecord(kindPaths(name).record, kindRecordSchema);
}

export async function writeKind(record: KindRecord): Promise<void> {
  await writeFileAtomic(kindPaths(record.name).record, serialize(record), { mode: 0o600 });
}

/** Makes the folder with the record inside. The rename is the atomic claim of the name: two `up` cannot both have it. */
export async function createKind(record: KindRecord): Promise<void> {
  const draft = join(kindDirectory(), `.${processMark()}`);
  await mkdir(join(draft, 'audit'), { recursive: true, mode: 0o700 });
  // The API server would make it for root alone, and this process need not be root; it adds to one that is there.
  await writeFile(join(draft, 'audit', AUDIT_LOG), '', { mode: 0o600 });
  await writeFileAtomic(join(draft, 'kind.json'), serialize(record), { mode: 0o600 });
  try {
    await rename(draft, kindPaths(record.name).root);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    throw kindExists(record.name);
  }
}

export function kindExists(name: string): DrainbenchError {
  return new DrainbenchError({
    code: 'kind-exists',
    message: `a kind cluster named "${name}" exists already`,
    fix: `use it, or remove it: drainbench cluster down --name ${name} (or give another --name)`,
    exitCode: EXIT.usage,
  });
}

function serialize(record: KindRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
