import { DrainbenchError } from '../model/drainbench-error.ts';

/** The error of whoever could not write a file (disk full, no permission …). */
export function fileNotWritten(path: string, cause: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'file-not-written',
    message: `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    fix: 'Make room on that disk or make the folder writable, then run `drainbench report RUN_DIR`.',
    cause,
  });
}
