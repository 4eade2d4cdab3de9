import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { execa } from 'execa';

import { boxPaths } from '../../../src/cluster/embedded/box-paths.ts';
import { requireBox } from '../../../src/cluster/embedded/box-store.ts';
import { embeddedCluster } from '../../../src/cluster/embedded/embedded-cluster.ts';
import { kindPaths } from '../../../src/cluster/kind/kind-paths.ts';
import { usableEngine, type Engine } from '../../support/engine/private-engine.ts';
import { drainbench } from '../support/drainbench.ts';
import { startRegistry, type Registry } from '../support/registry.ts';

/** A driver that this machine can run, as the suite sees it. */
export interface DriverUnderTest {
  readonly name: 'embedded' | 'kind';
  /** Of the cluster that is brought up here; the other one is tried at night. */
  readonly proxyMode: 'iptables' | 'nftables';
  /** What its commands need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Addresses on which the NodePorts of a cluster's nodes answer. */
  nodeAddresses(cluster: string): Promise<readonly string[]>;
  /** Everything of a cluster that is still there, in lines; none when it is gone. */
  leftovers(cluster: string): Promise<readonly string[]>;
  /** Makes a cluster look like one that somebody else made, where the driver can use such; returns the way back. */
  disown(cluster: string): Promise<() => Promise<void>>;
  /** A registry for a cluster that is used as an existing one, by its kubeconfig; absent where there is no way. */
  readonly asExisting?: (cluster: string) => Promise<ExistingUnderTest>;
  /** Gives back what the machine needed for it. */
  release(): Promise<void>;
}

interface ExistingUnderTest {
  readonly registry: Registry;
  readonly context: string;
  readonly kubeconfig: string;
  readonly nodes: readonly string[];
}

export const embeddedDriver: DriverUnderTest = {
  name: 'embedded',
  proxyMode: 'iptables',
  environment: {},
  nodeAddresses: async (cluster) =>
    embeddedCluster(await requireBox(cluster)).nodes.map(({ address }) => address),
  leftovers: async (cluster) => {
    const { stdout } = await execa('find', [
      '/sys/fs/cgroup',
      '-type',
      'd',
      '-path',
      `*drainbench/${cluster}-*`,
    ]);
    return stdout.split('\n').filter((line) => line !== '');
  },
  disown: () => Promise.resolve(() => Promise.resolve()),
  asExisting: async (cluster) => ({
    registry: await startRegistry(cluster),
    context: `drainbench-${cluster}`,
    kubeconfig: boxPaths(cluster).kubeconfig,
    nodes: embeddedCluster(await requireBox(cluster)).nodes.map(({ name }) => name),
  }),
  release: () => Promise.resolve(),
};

/** The kind driver with an engine and a node image; a string says why it cannot run here. */
export async function kindDriver(): Promise<DriverUnderTest | string> {
  const engine = await usableEngine();
  if (typeof engine === 'string') return engine;
  const image = await drainbench(['kind', 'build-node-image'], engine.environment);
  if (image.exitCode !== 0) {
    await engine.stop();
    return `no node image could be made: ${image.all}`;
  }
  return withEngine(engine);
}

function withEngine(engine: Engine): DriverUnderTest {
  const docker = async (...args: string[]) => {
    const { stdout } = await execa('docker', args, { env: engine.environment });
    return stdout.split('\n').filter((line) => line !== '');
  };
  return {
    name: 'kind',
    proxyMode: 'nftables',
    environment: engine.environment,
    nodeAddresses: async (cluster) => {
      const names = await docker(
        'ps',
        '--filter',
        `label=io.x-k8s.kind.cluster=${cluster}`,
        '--format',
        '{{.Names}}',
      );
      const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
      return docker(
        'inspect',
        '--format',
        format,
        ...names.filter((name) => !name.endsWith('control-plane')),
      );
    },
    leftovers: async (cluster) => [
      ...(await docker(
        'ps',
        '--all',
        '--filter',
        `label=io.x-k8s.kind.cluster=${cluster}`,
        '--format',
        '{{.Names}}',
      )),
      ...(readIfThere(kindPaths(cluster).record) === '' ? [] : ['record']),
    ],
    disown: async (cluster) => {
      const [known, hidden] = [kindPaths(cluster).root, kindPaths(`${cluster}-hidden`).root];
      await rename(known, hidden);
      return () => rename(hidden, known);
    },
    release: () => engine.stop(),
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
