import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { environmentFor, type EngineAccess } from './engine-command.ts';

/**
 * Runs kind against an engine; returns what it wrote. It and all it started end when we do, whatever way we end, and on
 * abort. Throws `kind-failed`.
 */
export async function runKind(
  kind: string,
  engine: EngineAccess,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const env = { ...environmentFor(engine), KIND_EXPERIMENTAL_PROVIDER: engine.command };
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
