import { realpath } from 'node:fs/promises';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** The real path of a run directory that a user named (`reports/latest` is a link); exit code 64 when it is not there. */
export async function requireRunDirectory(directory: string): Promise<string> {
  return realpath(directory).catch((cause: unknown) => {
    throw new DrainbenchError({
      code: 'run-directory-missing',
      message: `there is no run directory ${directory}`,
      fix: 'drainbench run scenarios/prestop-on-delete.yaml',
      exitCode: EXIT.usage,
      cause,
    });
  });
}
