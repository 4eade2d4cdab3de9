import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

import { cacheRoot } from '../../../src/model/cache-root.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from '../../../src/model/process-identity.ts';
import { findGo } from '../../../src/tools/find-go.ts';
import { removeEngineNetwork } from './engine-network.ts';

/** A Docker engine that tests can use. */
export interface Engine {
  /** What commands need in their environment to reach it, and to keep all addresses inside 198.18.0.0/15. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops it if it is ours; leaves no process, link, firewall rule, mount or cgroup. */
  stop(): Promise<void>;
}

/** What a kind cluster uses on a private engine: nothing outside the range that is reserved for benchmarks. */
const RANGES = {
  DRAINBENCH_KIND_POD_SUBNET: '198.19.128.0/17',
  DRAINBENCH_KIND_SERVICE_SUBNET: '198.18.224.0/19',
};
const BRIDGE = '198.18.200.1/24';
const POOL = '198.18.208.0/20';
const RUN = '/run/drainbench-engine';
const SOCKET = `${RUN}/docker.sock`;
const RECORD = `${RUN}/engine.json`;
const CAP_SYS_RESOURCE = 24;

/**
 * The engine that answers, or one of our own where none does: a dockerd with folders, socket and address ranges of its
 * own, which ends with this process. Its images stay in the cache, so that the next one has them. A string says why
 * there is none; throws while another process has one.
 */
export async function usableEngine(): Promise<Engine | string> {
  const answering = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], { reject: false });
  if (answering.exitCode === 0 && answering.stdout !== '')
    return { environment: {}, stop: () => Promise.resolve() };
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'no container engine answers, and only root can start one';
  if (!existsSync('/usr/sbin/dockerd'))
    return 'no container engine answers, and there is no dockerd to start: apt-get install docker.io';
  return startPrivateEngine();
}

async function startPrivateEngine(): Promise<Engine | string> {
  await endEarlierEngine();
  await mkdir(RUN, { recursive: true, mode: 0o700 });
  const forwarding = (await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim();
  const logPath = join(cacheRoot(process.env, homedir()), 'engine.log');
  const log = await open(logPath, 'w');
  const command = await engineCommand();
  // setpriv: it ends when we do, even when we are killed.
  const engine = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  await log.close();
  const identity = engine.pid === undefined ? null : identifyProcess(engine.pid);
  await writeFile(RECORD, JSON.stringify({ owner: identifyProcess(process.pid), identity, forwarding }));
  const environment = { DOCKER_HOST: `unix://${SOCKET}`, ...RANGES };
  const ready = await waitUntilAnswering(engine, environment);
  const stop = async () => {
    if (ready && identity !== null && isAlive(identity)) await removeContainers(environment);
    await endEngine(identity);
    await removeEngineNetwork(forwarding);
    await rm(RUN, { recursive: true, force: true });
  };
  if (ready) return { environment, stop };
  await stop();
  const said = (await readFile(logPath, 'utf8')).trim().split('\n').slice(-3).join(' | ');
  return `dockerd does not start on this machine: ${said}`;
}

async function engineCommand(): Promise<string[]> {
  const runtime = await runtimeOptions();
  return [
    ...['/usr/sbin/dockerd', '--host', `unix://${SOCKET}`],
    ...['--data-root', join(cacheRoot(process.env, homedir()), 'engine')],
    ...['--exec-root', `${RUN}/exec`, '--pidfile', `${RUN}/docker.pid`],
    ...['--bip', BRIDGE, '--default-address-pool', `base=${POOL},size=24`],
    // Closed: nothing in there asks the machine's own name servers.
    ...['--dns', BRIDGE.replace(/\/.*/, '')],
    ...['--oom-score-adjust', '0', '--storage-driver', 'overlay2', '--log-level', 'warn'],
    ...runtime,
  ];
}

/** Where this machine itself lacks a capability, old engines cannot start privileged containers by themselves. */
async function runtimeOptions(): Promise<string[]> {
  const status = await readFile('/proc/self/status', 'utf8');
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((bounding >> BigInt(CAP_SYS_RESOURCE)) % 2n === 1n) return [];
  const output = join(cacheRoot(process.env, homedir()), 'capfilter');
  const { command } = await findGo();
  await execa(command, ['build', '-trimpath', '-o', output, '.'], {
    cwd: join(import.meta.dirname, 'capfilter'),
    env: { CGO_ENABLED: '0', GOWORK: 'off' },
  });
  return ['--add-runtime', `capfilter=${output}`, '--default-runtime', 'capfilter'];
}

async function waitUntilAnswering(
  engine: ChildProcess,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const deadline = performance.now() + 30_000;
  while (engine.exitCode === null && performance.now() < deadline) {
    const info = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], { reject: false, env });
    if (info.exitCode === 0 && info.stdout !== '') return true;
    await sleep(100);
  }
  return false;
}

async function removeContainers(env: Readonly<Record<string, string>>): Promise<void> {
  const { stdout } = await execa('docker', ['ps', '--all', '--quiet'], { env });
  const ids = stdout.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await execa('docker', ['rm', '--force', '--volumes', ...ids], { env });
  await execa('docker', ['network', 'prune', '--force'], { env });
}

/**
 * What a run that was killed left: its engine got SIGTERM from the kernel, and only its network is still there. One that
 * somebody uses is not touched.
 */
async function endEarlierEngine(): Promise<void> {
  if (!existsSync(RECORD)) return;
  const left = JSON.parse(await readFile(RECORD, 'utf8')) as {
    /** Not yet written by earlier versions. */
    owner?: ProcessIdentity | null;
    identity: ProcessIdentity | null;
    forwarding: string;
  };
  const owner = left.owner ?? null;
  if (owner !== null && isAlive(owner))
    throw new Error(`process ${owner.pid} uses a private engine: wait until it has ended`);
  await endEngine(left.identity);
  await removeEngineNetwork(left.forwarding);
  await rm(RUN, { recursive: true, force: true });
}

async function endEngine(identity: ProcessIdentity | null): Promise<void> {
  if (identity === null) return;
  const deadline = performance.now() + 60_000;
  while (isAlive(identity)) {
    process.kill(identity.pid, performance.now() < deadline ? 'SIGTERM' : 'SIGKILL');
    await sleep(200);
  }
}
