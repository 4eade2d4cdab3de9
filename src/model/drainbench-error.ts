import { EXIT, type ExitCode } from './exit-code.ts';

export interface ErrorDetails {
  /** Stable identifier in kebab-case, e.g. `box-slot-exhausted`. Scripts may match on it. */
  readonly code: string;
  /** One sentence: what went wrong, and where. */
  readonly message: string;
  /** What was expected, and what was found instead. */
  readonly expected?: string;
  readonly found?: string;
  /** What to do about it; a command where there is one, ready to paste. */
  readonly fix?: string;
  /** The command that failed, ready to paste. */
  readonly command?: string;
  /** The last lines that the failed component wrote, or other evidence. */
  readonly detail?: string;
  /** What was made and may still be there, a title each. */
  readonly left?: readonly string[];
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** Every failure that a user can meet: what, where, what to do, and the exit code of the command. */
export class DrainbenchError extends Error {
  readonly code: string;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly fix: string | undefined;
  readonly command: string | undefined;
  readonly detail: string | undefined;
  readonly left: readonly string[];
  readonly exitCode: ExitCode;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DrainbenchError';
    this.code = details.code;
    this.expected = details.expected;
    this.found = details.found;
    this.fix = details.fix;
    this.command = details.command;
    this.detail = details.detail;
    this.left = details.left ?? [];
    this.exitCode = details.exitCode ?? EXIT.unavailable;
  }
}

/**
 * What tells of an error in another process or thread: `new DrainbenchError(details)` makes it again there.
 *
 * @param code of an error that is none of ours, and `what` failed by it
 */
export function errorDetails(error: unknown, code: string, what: string): ErrorDetails {
  if (error instanceof DrainbenchError) {
    const { expected, found, fix, command, detail } = error;
    const optional = { expected, found, fix, command, detail };
    const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return { code: error.code, message: error.message, exitCode: error.exitCode, ...present };
  }
  return {
    code,
    message: `${what}: ${error instanceof Error ? error.message : String(error)}`,
    ...(error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {}),
    exitCode: EXIT.internal,
  };
}
