import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { engineEnvironment, environmentFor, type EngineAccess } from './engine-command.ts';
import { isEngine } from './is-engine.ts';
import { pinDockerContext } from './pin-docker-context.ts';

/** A container engine that answers. */
export interface Engine {
  readonly access: EngineAccess;
  readonly version: string;
  readonly cgroupVersion: 1 | 2;
  /**
   * By its address it is this machine's: neither Docker Desktop nor a remote host. Whether it is, a container of it
   * proves (`probeNode`).
   */
  readonly seemsLocal: boolean;
  readonly rootless: boolean;
  /** Where it keeps images and containers; on its own machine. */
  readonly dataFolder: string;
}

/**
 * The engine that kind would use: `KIND_EXPERIMENTAL_PROVIDER`, else docker, else podman. Throws `engine-missing`,
 * `engine-not-answering` or `engine-not-supported`.
 */
export async function requireEngine(signal: AbortSignal): Promise<Engine> {
  const wanted = process.env['KIND_EXPERIMENTAL_PROVIDER'];
  if (wanted !== undefined && wanted !== 'docker' && wanted !== 'podman') {
    throw new DrainbenchError({
      code: 'engine-not-supported',
      message: `KIND_EXPERIMENTAL_PROVIDER names an engine that drainbench does not know`,
      expected: 'docker or podman',
      found: wanted,
    });
  }
  const commands: readonly Command[] = wanted === undefined ? ['docker', 'podman'] : [wanted];
  const found: string[] = [];
  for (const command of commands) {
    const said = await sayVersion(command, signal);
    if (said !== null && isEngine(command, said)) return ask(command, signal);
    found.push(said === null ? `no ${command}` : `a ${command} that says “${said}”`);
  }
  throw new DrainbenchError({
    code: 'engine-missing',
    message: 'kind runs its nodes as containers, and there is no container engine',
    expected: `the command ${commands.join(' or ')} on the PATH`,
    found: found.join(', '),
    fix: 'install Docker or Podman, or use the embedded driver (Linux, as root): --driver embedded',
  });
}

type Command = EngineAccess['command'];

/** What the command says of itself; `null` where it is not installed. */
async function sayVersion(command: Command, signal: AbortSignal): Promise<string | null> {
  const result = await execa(command, ['-v'], { reject: false, cancelSignal: signal, timeout: 30_000 });
  signal.throwIfAborted();
  return result.code === 'ENOENT' ? null : result.stdout.trim();
}

async function ask(command: Command, signal: AbortSignal): Promise<Engine> {
  const here = { command, environment: engineEnvironment() };
  const access = command === 'docker' ? await pinDockerContext(here, signal) : here;
  const format = command === 'docker' ? '{{json .}}' : 'json';
  const result = await execa(command, ['info', '--format', format], {
    env: environmentFor(access),
    reject: false,
    cancelSignal: signal,
    timeout: 30_000,
  });
  signal.throwIfAborted();
  try {
    const info = JSON.parse(result.stdout) as unknown;
    return command === 'docker'
      ? dockerFacts(access, info as DockerInfo)
      : podmanFacts(access, info as PodmanInfo);
  } catch {
    throw notAnswering(command, result.stderr === '' ? (result.shortMessage ?? 'no answer') : result.stderr);
  }
}

interface DockerInfo {
  readonly ServerVersion?: string;
  readonly CgroupVersion?: string;
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly DockerRootDir?: string;
}

function dockerFacts(access: EngineAccess, info: DockerInfo): Engine {
  // docker exits 0 with an empty server part in some versions when its engine is down.
  if (info.ServerVersion === undefined || info.ServerVersion === '') throw new Error('no server');
  const { DOCKER_HOST: host = 'unix:', DOCKER_CONTEXT: context } = access.environment;
  const desktop = info.OperatingSystem?.includes('Docker Desktop') === true;
  return {
    access,
    version: info.ServerVersion,
    cgroupVersion: info.CgroupVersion === '1' ? 1 : 2,
    seemsLocal: process.platform === 'linux' && !desktop && context === undefined && host.startsWith('unix:'),
    rootless: info.SecurityOptions?.some((option) => option.includes('rootless')) === true,
    dataFolder: info.DockerRootDir ?? '/var/lib/docker',
  };
}

interface PodmanInfo {
  readonly version: { readonly Version: string };
  readonly host: {
    readonly cgroupVersion?: string;
    readonly serviceIsRemote?: boolean;
    readonly security?: { readonly rootless?: boolean };
  };
  readonly store?: { readonly graphRoot?: string };
}

function podmanFacts(access: EngineAccess, { version, host, store }: PodmanInfo): Engine {
  return {
    access,
    version: version.Version,
    cgroupVersion: host.cgroupVersion === 'v1' ? 1 : 2,
    seemsLocal: process.platform === 'linux' && host.serviceIsRemote !== true,
    rootless: host.security?.rootless === true,
    dataFolder: store?.graphRoot ?? '/var/lib/containers/storage',
  };
}

function notAnswering(command: Command, said: string): DrainbenchError {
  const denied = /permission denied/i.test(said);
  const start =
    command === 'docker'
      ? 'start it: systemctl start docker (Linux), or Docker Desktop'
      : 'start it: podman machine start';
  return new DrainbenchError({
    code: 'engine-not-answering',
    message: `the container engine of ${command} does not answer`,
    found: said.trim().split('\n').slice(-3).join(' '),
    command: `${command} info`,
    fix: denied ? 'sudo usermod -aG docker "$USER", then log in again; or run drainbench as root' : start,
  });
}
