import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';
import { renderError } from './render-error.ts';

/**
 * What an interrupted command prints on stderr. That everything is removed is said only where nothing but the
 * interruption itself came up; what is left is named, and then the command has not ended as exit code 130 promises.
 */
export function renderInterruption(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof Error && error.name === 'AbortError')
    return {
      text: 'drainbench: interrupted; everything it made is removed\n',
      exitCode: EXIT.interrupted,
    };
  if (!(error instanceof DrainbenchError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { text: `drainbench: interrupted, and then: ${message}\n`, exitCode: EXIT.interrupted };
  }
  const { text } = renderError(error);
  return error.left.length > 0
    ? {
        text: `drainbench: interrupted; NOT everything it made is removed\n${text}`,
        exitCode: EXIT.unavailable,
      }
    : { text: `drainbench: interrupted, and then:\n${text}`, exitCode: EXIT.interrupted };
}
