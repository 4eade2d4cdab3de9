import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { endProcessGroup } from './end-process-group.ts';
import { pidNamespaceOf } from '../model/process-identity.ts';
import { processStartTime } from './process-start-time.ts';
import { compilerRecord } from './work-dir.ts';

export interface BuildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface BuildCommandOptions {
  /** The build's temporary folder: it records which process works there, see sweepDeadBuilds. */
  readonly workDir: string;
  readonly signal: AbortSignal | undefined;
  /** Called with each line that the command writes to stderr. */
  readonly onLine: (line: string) => void;
}

export interface BuildCommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, signal, or why it could not start. */
  readonly ending: string;
}

/**
 * Runs a compiler in a process group of its own, so that an abort ends its children too. Returns once all of
 * them are gone. Throws the signal's reason on abort.
 */
export async function runBuildCommand(
  { command, args, cwd, environment }: BuildCommand,
  { workDir, signal, onLine }: BuildCommandOptions,
): Promise<BuildCommandResult> {
  signal?.throwIfAborted();
  const child = execa(command, args, {
    cwd,
    env: environment,
    detached: true,
    reject: false,
    stdin: 'ignore',
  });
  const { pid } = child;
  const ended: Promise<void>[] = [];
  const abort = (): void => {
    if (pid !== undefined) ended.push(endProcessGroup(pid));
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (pid !== undefined) await writeFile(compilerRecord(workDir), await describe(pid));
    const readLines = (async () => {
      for await (const line of child.iterable({ from: 'stderr' })) onLine(line);
    })();
    const [result] = await Promise.all([child, readLines]);
    await Promise.all(ended);
    signal?.throwIfAborted();
    return {
      ok: result.exitCode === 0,
      stdout: result.stdout,
      stderr: result.stderr,
      ending:
        result.exitCode === undefined
          ? (result.signal ?? result.shortMessage ?? 'did not start')
          : `exit ${result.exitCode}`,
    };
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function describe(pid: number): Promise<string> {
  return JSON.stringify({ pid, startTime: await processStartTime(pid), pidNamespace: pidNamespaceOf(pid) });
}
