import { apiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';

/** Whatever was thrown, in one phrase: of an answer of the API server its own message, not its headers. */
export function reasonOf(error: unknown): string {
  return error instanceof DrainbenchError ? error.message : apiFailure(error).message;
}
