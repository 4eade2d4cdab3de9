import { join } from 'node:path';

import { redactData } from '../model/redact.ts';
import { runManifestSchema, type RunManifest } from '../model/run-manifest.ts';
import { readJsonFile } from './read-json-file.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** Writes (or replaces, when the state changes) a run's manifest.json, without secrets: run directories are handed around. */
export async function writeManifest(runPath: string, manifest: RunManifest): Promise<void> {
  await writeFileAtomically(
    join(runPath, 'manifest.json'),
    `${JSON.stringify(redactData(manifest), null, 2)}\n`,
  );
}

/** Reads a run's manifest.json; fails with `run-directory-unusable` where there is none or it is not ours. */
export async function readManifest(runPath: string): Promise<RunManifest> {
  return await readJsonFile(join(runPath, 'manifest.json'), runManifestSchema);
}
