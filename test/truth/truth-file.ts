import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TruthLine } from './truth-line.ts';

/** In the trial's directory, beside the history that attribution reads; attribution never reads this. */
export const TRUTH_FILE = 'truth.ndjson';

export async function readTruthFile(trialPath: string): Promise<readonly TruthLine[]> {
  const text = await readFile(join(trialPath, TRUTH_FILE), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TruthLine);
}
