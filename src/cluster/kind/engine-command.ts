import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';

/** Which engine, and the variables of the environment that decide where it is. */
export interface EngineAccess {
  readonly command: 'docker' | 'podman';
  readonly environment: Readonly<Record<string, string>>;
}

/** What of the environment decides which engine is meant: kept with a cluster, so that later commands find it again. */
const ENGINE_VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'CONTAINER_HOST',
  'KIND_EXPERIMENTAL_PROVIDER',
  'KIND_EXPERIMENTAL_DOCKER_NETWORK',
];

/** The variables of this process that decide which engine is meant. */
export function engineEnvironment(): Record<string, string> {
  return Object.fromEntries(
    ENGINE_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Asks the engine; returns what it wrote. Throws `engine-command-failed`. */
export async function askEngine(
  { command, environment }: EngineAccess,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const options = { env: environment, reject: false } as const;
  const result = await (signal === undefined
    ? execa(command, args, options)
    : execa(command, args, { ...options, cancelSignal: signal }));
  signal?.throwIfAborted();
  if (result.exitCode === 0) return result.stdout;
  throw new DrainbenchError({
    code: 'engine-command-failed',
    message: `${command} ${args[0] ?? ''} failed`,
    command: [command, ...args].join(' '),
    detail: result.stderr === '' ? (result.shortMessage ?? 'it did not start') : result.stderr.trim(),
  });
}
