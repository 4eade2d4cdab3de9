import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** Reads one JSON file of a run directory and checks it against its schema; names the file and the field if not. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(path, 'could not be read', error instanceof Error ? error.message : String(error), error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(path, 'is not JSON', error instanceof Error ? error.message : String(error), error);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    throw unusable(path, 'does not have the expected form', z.prettifyError(result.error), result.error);
  }
  return result.data;
}

function unusable(path: string, what: string, found: string, cause: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'run-directory-unusable',
    message: `${path} ${what}.`,
    expected: 'a run directory as `drainbench run` writes it, schemaVersion 1',
    found,
    fix: 'Name a run directory, e.g. `drainbench report reports/latest`.',
    exitCode: EXIT.usage,
    cause,
  });
}
