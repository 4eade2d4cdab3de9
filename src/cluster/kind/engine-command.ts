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
  'DOCKER_CONFIG',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
  'CONTAINER_HOST',
  'CONTAINER_CONNECTION',
  'CONTAINER_SSHKEY',
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

/** The environment for a command that is to reach this engine, and no other that this process' own variables lead to. */
export function environmentFor({ environment }: EngineAccess): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(ENGINE_VARIABLES.map((name) => [name, undefined])), ...environment };
}

/** Asks the engine; returns what it wrote. Throws `engine-command-failed`. */
export async function askEngine(
  engine: EngineAccess,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const { command } = engine;
  // In a session of its own: the signals of a terminal that goes must not cut a removal short.
  const options = { env: environmentFor(engine), reject: false, detached: true } as const;
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
