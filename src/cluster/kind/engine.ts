import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';

/** A container engine that answers. */
export interface Engine {
  readonly command: 'docker' | 'podman';
  readonly version: string;
  readonly cgroupVersion: 1 | 2;
  /** Docker Desktop, a virtual machine or a remote host: its files and addresses are not this host's. */
  readonly local: boolean;
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
  const commands: readonly Engine['command'][] = wanted === undefined ? ['docker', 'podman'] : [wanted];
  for (const command of commands) {
    const answer = await ask(command, signal);
    if (answer !== null) return answer;
  }
  throw new DrainbenchError({
    code: 'engine-missing',
    message: 'kind runs its nodes as containers, and there is no container engine',
    expected: `the command ${commands.join(' or ')} on the PATH`,
    found: 'not there',
    fix: 'install Docker or Podman, or use the embedded driver (Linux, as root): --driver embedded',
  });
}

/** `null` when the command is not installed. */
async function ask(command: Engine['command'], signal: AbortSignal): Promise<Engine | null> {
  const format = command === 'docker' ? '{{json .}}' : 'json';
  const result = await execa(command, ['info', '--format', format], {
    reject: false,
    cancelSignal: signal,
    timeout: 30_000,
  });
  signal.throwIfAborted();
  if (result.code === 'ENOENT') return null;
  try {
    const info = JSON.parse(result.stdout) as unknown;
    return command === 'docker' ? dockerFacts(info as DockerInfo) : podmanFacts(info as PodmanInfo);
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

function dockerFacts(info: DockerInfo): Engine {
  // docker exits 0 with an empty server part in some versions when its engine is down.
  if (info.ServerVersion === undefined || info.ServerVersion === '') throw new Error('no server');
  const host = process.env['DOCKER_HOST'] ?? '';
  const desktop = info.OperatingSystem?.includes('Docker Desktop') === true;
  return {
    command: 'docker',
    version: info.ServerVersion,
    cgroupVersion: info.CgroupVersion === '1' ? 1 : 2,
    local: process.platform === 'linux' && !desktop && (host === '' || host.startsWith('unix:')),
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

function podmanFacts({ version, host, store }: PodmanInfo): Engine {
  return {
    command: 'podman',
    version: version.Version,
    cgroupVersion: host.cgroupVersion === 'v1' ? 1 : 2,
    local: process.platform === 'linux' && host.serviceIsRemote !== true,
    rootless: host.security?.rootless === true,
    dataFolder: store?.graphRoot ?? '/var/lib/containers/storage',
  };
}

function notAnswering(command: string, said: string): DrainbenchError {
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
