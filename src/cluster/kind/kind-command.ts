import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { buildTools } from '../../tools/build-tools.ts';
import type { ToolProgress } from '../../tools/tool-progress.ts';
import type { EngineAccess } from './engine-command.ts';

/** Path of the kind command: the one on the PATH, else the pinned one, built where it is not yet. */
export async function findKind(
  signal: AbortSignal,
  onProgress: (progress: ToolProgress) => void,
): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.map((folder) => join(folder, 'kind')).find((file) => existsSync(file));
  return found ?? (await buildTools({ names: ['kind'], signal, onProgress })).kind;
}

/**
 * Runs kind against an engine; returns what it wrote. It and all it started end when we do, whatever way we end, and on
 * abort. Throws `kind-failed`.
 */
export async function runKind(
  kind: string,
  { command, environment }: EngineAccess,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const env = { ...environment, KIND_EXPERIMENTAL_PROVIDER: command };
  // In a group of its own: a Ctrl-C in the terminal must reach it through us alone.
  const child = execa('sh', ['-c', BIND, 'sh', kind, ...args], {
    env,
    reject: false,
    all: true,
    detached: true,
    stdin: 'pipe',
  });
  child.stdin.on('error', () => undefined); // EPIPE: it has ended
  const end = () => child.stdin.destroy();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  const result = await child;
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  if (result.exitCode === 0) return result.stdout;
  throw new DrainbenchError({
    code: 'kind-failed',
    message: `kind ${args.slice(0, 2).join(' ')} failed`,
    command: [kind, ...args].join(' '),
    detail: result.all.trim().split('\n').slice(-15).join('\n'),
  });
}

/**
 * The shell that leads the group waits, in the background, for the end of its input, which comes when we end, die or
 * abort, and then ends the group. Background jobs lose their input, hence descriptor 3.
 */
const BIND = `exec 3<&0
"$@" </dev/null & kind=$!
(trap "" TERM; read -r _ <&3; kill -TERM 0) >/dev/null 2>&1 & reader=$!
wait $kind; code=$?
kill -KILL $reader
exit $code`;
