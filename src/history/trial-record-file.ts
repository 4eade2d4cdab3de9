import { join } from 'node:path';

import { redactData } from '../model/redact.ts';
import { trialRecordSchema, type TrialRecord } from '../model/trial-record.ts';
import { readJsonFile } from './read-json-file.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** Writes (or replaces, as the trial goes on) the trial.json of one attempt. */
export async function writeTrialRecord(trialPath: string, record: TrialRecord): Promise<void> {
  await writeFileAtomically(
    join(trialPath, 'trial.json'),
    `${JSON.stringify(redactData(record), null, 2)}\n`,
  );
}

/** Reads the trial.json of one attempt; fails with `run-directory-unusable` where there is none or it is not ours. */
export async function readTrialRecord(trialPath: string): Promise<TrialRecord> {
  return await readJsonFile(join(trialPath, 'trial.json'), trialRecordSchema);
}
