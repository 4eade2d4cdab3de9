import { execa } from 'execa';

import { DrainbenchError } from '../../../model/drainbench-error.ts';

export interface StepOptions {
  readonly signal: AbortSignal;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs one command of the build of a node image; returns what it wrote. Throws `node-image-build-failed`. */
export async function runStep(
  what: string,
  [command, ...args]: readonly [string, ...string[]],
  { signal, ...options }: StepOptions,
): Promise<string> {
  const result = await execa(command, args, { ...options, reject: false, cancelSignal: signal, all: true });
  signal.throwIfAborted();
  if (result.exitCode === 0) return result.stdout;
  throw new DrainbenchError({
    code: 'node-image-build-failed',
    message: `the node image could not be built: ${what} failed`,
    command: [command, ...args].join(' '),
    detail: (result.all === '' ? (result.shortMessage ?? 'no output') : result.all)
      .split('\n')
      .slice(-12)
      .join('\n'),
  });
}
