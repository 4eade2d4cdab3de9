import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';

/** What a failed command prints on stderr: what happened and where, the evidence, and what to do. */
export function renderError(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (!(error instanceof DrainbenchError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { text: `drainbench: internal error, please report it\n${stack}\n`, exitCode: EXIT.internal };
  }
  const rows = [
    `drainbench: ${error.message}  [${error.code}]`,
    row('expected', error.expected),
    row('found', error.found),
    row('command', error.command),
    error.detail === undefined || error.detail === '' ? null : indent(error.detail),
    ...error.left.map((title) => row('left', title)),
    row('to do', error.fix),
  ];
  return { text: rows.filter((line) => line !== null).join('\n') + '\n', exitCode: error.exitCode };
}

function row(label: string, value: string | undefined): string | null {
  return value === undefined ? null : `  ${label}: ${value}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
