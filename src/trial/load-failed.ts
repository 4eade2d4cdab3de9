import { DrainbenchError } from '../model/drainbench-error.ts';

const LONGEST_WORDS = 300;
/** What a run cannot go on with, whichever of its processes says so. */
const NOT_WRITTEN = 'history-not-written';

/** The error of a load that ended by itself, with its last words. */
export function loadFailed(error: unknown): DrainbenchError {
  if (!(error instanceof DrainbenchError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new DrainbenchError({ code: 'load-failed', message: `a load ended: ${reason}`, cause: error });
  }
  if (error.code === NOT_WRITTEN) return error;
  const words = lastWords(error.detail ?? '');
  return new DrainbenchError({
    code: 'load-failed',
    message: `a load ended: ${error.message}${words === null ? '' : `; its last words: ${words}`}`,
    ...(error.found !== undefined && { found: error.found }),
    ...(error.detail !== undefined && { detail: error.detail }),
    cause: error,
  });
}

/** The line that names an error, where there is one: a stack and the version of Node may follow it. */
function lastWords(stderr: string): string | null {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  const line = lines.find((each) => /^(FATAL|\w*Error)\b/.test(each)) ?? lines.at(-1);
  return line === undefined ? null : line.slice(0, LONGEST_WORDS);
}
