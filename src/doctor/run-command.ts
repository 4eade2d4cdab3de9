import { execa } from 'execa';

import { signalGroup } from '../model/signal-process.ts';

export interface CommandOptions {
  /** Written to the command's stdin; without it stdin is closed. */
  readonly input?: string;
  readonly cwd?: string;
}

export interface CommandOutcome {
  readonly ok: boolean;
  /** There is no such command on the PATH. */
  readonly missing: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** What to show when it failed: the first line it wrote to stderr, else its exit status. */
  readonly reason: string;
}

/** Between asking a command's process group to stop and killing it: shell traps clean up in this time. */
const STOP_GRACE_MS = 500;

/**
 * Runs a command to its end and tells how it went; a failing or missing command is an outcome, not an error.
 * When `signal` aborts, the whole process group is stopped and then killed, and `signal.reason` is thrown:
 * a shell's children would otherwise live on, and keep our pipes open.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  signal.throwIfAborted();
  const child = execa(file, args, {
    env: { ...env, LC_ALL: 'C' },
    extendEnv: false,
    reject: false,
    detached: true,
    cleanup: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  });
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(child.pid, 'SIGTERM');
    killTimer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), STOP_GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const result = await child;
    signal.throwIfAborted();
    const missing = result.code === 'ENOENT';
    const firstLine = result.stderr.trim().split('\n')[0]?.trim() ?? '';
    return {
      ok: !result.failed,
      missing,
      stdout: result.stdout,
      stderr: result.stderr,
      reason: missing ? `${file}: command not found` : firstLine || endOf(result),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(killTimer);
  }
}

function killGroup(pid: number | undefined, killSignal: NodeJS.Signals): void {
  if (pid === undefined) return;
  signalGroup(pid, killSignal);
}

function endOf(result: {
  exitCode?: number | undefined;
  signal?: string | undefined;
  shortMessage?: string | undefined;
}): string {
  if (result.exitCode !== undefined) return `exit status ${result.exitCode}, no message`;
  return result.signal === undefined
    ? (result.shortMessage ?? 'it did not start')
    : `ended by ${result.signal}`;
}
