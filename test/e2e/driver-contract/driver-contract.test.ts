import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { kindPaths } from '../../../src/cluster/kind/kind-paths.ts';
import { ownNodeImage } from '../../../src/cluster/kind/node-image.ts';
import { drainbench } from '../support/drainbench.ts';
import { eventually } from '../support/eventually.ts';
import { sampleImage } from '../support/sample-image.ts';
import { embeddedDriver, kindDriver, type DriverUnderTest } from './driver-under-test.ts';
import { expectInnerSteps } from './expect-inner-steps.ts';
import { expectTruthByAgents } from './expect-truth-by-agents.ts';
import { expectWholeTruth } from './expect-whole-truth.ts';

const APP = new URL('../fixtures/app.yaml', import.meta.url).pathname;
const SCENARIO = new URL('./delete.yaml', import.meta.url).pathname;
const INSIDE = '{ name: inside, connections: fresh, ratePerSecond: 40, from: inside, via: clusterIP }';
/** The record of a cluster whose `up` was killed. */
const KILLED = {
  ...{ schemaVersion: 1, phase: 'starting', lifetime: 'kept', createdAt: '2026-01-01T00:00:00.000Z' },
  ...{ owner: { pid: 1, startTicks: 'another process', bootId: 'another boot' }, mark: 'its-own' },
  ...{ nodeCount: 1, proxyMode: 'nftables', nodeImage: '', kubernetesVersion: '' },
  ...{ published: false, audited: true },
};
const SCRIPT = `fetch('http://app.default.svc.cluster.local/').then((a) => console.log(a.status))`;

const kind = await kindDriver();
const drivers = [embeddedDriver, ...(typeof kind === 'string' ? [] : [kind])];
const reports = mkdtempSync(join(tmpdir(), 'drainbench-contract-'));
const clusterOf = ({ name }: DriverUnderTest) => `contract-${name}`;
const down = new Set<DriverUnderTest>();

// Side by side, for most of it is waiting; what is measured later has the machine for itself.
beforeAll(async () => {
  await Promise.all(
    drivers.map(async (driver) => {
      const run = (...args: string[]) => succeed(drainbench(args, driver.environment));
      const name = clusterOf(driver);
      const up = ['cluster', 'up', '--driver', driver.name, '--name', name, '--nodes', '2'];
      await run(...up, '--proxy-mode', driver.proxyMode);
      await run('cluster', 'load-image', await sampleImage(), '--name', name);
      await run('cluster', 'kubectl', '--name', name, '--', 'apply', '-f', APP);
    }),
  );
});

afterAll(async () => {
  for (const driver of drivers) {
    if (!down.has(driver))
      await drainbench(['cluster', 'down', '--name', clusterOf(driver)], driver.environment);
    await driver.release();
  }
  rmSync(reports, { recursive: true });
});

describe.each(drivers)('the contract of drivers: $name', (driver) => {
  const run = (...args: string[]) => drainbench(args, driver.environment);

  describe(`a cluster with kube-proxy in ${driver.proxyMode} mode`, () => {
    const name = clusterOf(driver);
    const k = async (...args: string[]) => {
      const { stdout } = await succeed(run('cluster', 'kubectl', '--name', name, '--', ...args));
      return stdout;
    };

    it('is listed, and says that all of it runs', async () => {
      const [{ stdout }] = await Promise.all([
        succeed(run('cluster', 'list')),
        succeed(run('cluster', 'status', '--name', name)),
      ]);
      const line = `^${name}  running  2 nodes  ${driver.proxyMode}  .*  ${driver.name}$`;
      expect(stdout).toMatch(new RegExp(line, 'm'));
    });

    it('has taken an image, and answers over the NodePort of every node', async () => {
      await k('rollout', 'status', 'deployment/app', '--timeout=90s');
      const addresses = await driver.nodeAddresses(name);
      expect(addresses).toHaveLength(2);
      for (const address of addresses) {
        const answer = await eventually(() => fetch(`http://${address}:30080/`));
        expect(answer.status).toBe(200);
        expect(answer.headers.get('x-pod')).toMatch(/^app-/);
      }
    });

    it('answers over ClusterIP and DNS name from inside a Pod', async () => {
      expect(await k('exec', 'deployment/app', '--', 'node', '-e', SCRIPT)).toBe('200');
      await k('delete', '--wait=false', '-f', APP);
    });

    // As a cluster that somebody else made, where the driver knows such.
    it('shows why every request of a deletion failed, gives back all that the run made, and leaves the cluster', async () => {
      const folder = join(reports, name);
      const own = await driver.disown(name);
      try {
        const options = ['--cluster', name, '--driver', driver.name, '--reports', folder];
        const measured = await run('run', SCENARIO, ...options);
        await expectWholeTruth(folder, measured.all);
        await expectInnerSteps(folder, measured.all);
      } finally {
        await own();
      }
      expect(await k('get', 'namespaces', '-o', 'name')).not.toContain('drainbench');
      await succeed(run('cluster', 'status', '--name', name));
    });

    const { asExisting } = driver;
    // Another driver's clusters are known by their own names.
    if (asExisting !== undefined) {
      it('shows the same as an existing cluster: by agents and a load of its own, with images from a registry', async () => {
        const { registry, nodes, context, kubeconfig } = await asExisting(name);
        const folder = join(reports, `${name}-existing`);
        const file = join(reports, 'existing.yaml');
        writeFileSync(file, readFileSync(SCENARIO, 'utf8').replace('loads: [', `loads: [${INSIDE}, `));
        const on = ['--context', context, '--kubeconfig', kubeconfig, '--reports', folder];
        try {
          const images = ['--registry', `${registry.host}/team`];
          const measured = await run('run', file, ...on, ...images, '--node-agent', 'always');
          await expectTruthByAgents(folder, ['fresh', 'inside'], measured.all);
          for (const node of nodes) {
            const pulled = registry.askedBy(node).join('\n');
            for (const image of ['http', 'node'])
              expect(pulled).toMatch(new RegExp(`/v2/team/drainbench-${image}/manifests/sha256:`));
          }
        } finally {
          await registry.stop();
        }
        expect((await succeed(run('clean', ...on, '--dry-run'))).stdout).toBe('nothing to remove');
        expect(await k('get', 'namespaces', '-o', 'name')).not.toContain('drainbench');
      });
    }

    it('is gone after down', async () => {
      await succeed(run('cluster', 'down', '--name', name));
      down.add(driver);
      expect(await driver.leftovers(name)).toEqual([]);
      expect((await run('cluster', 'list')).stdout).not.toContain(name);
    });
  });
});

const noKind = typeof kind === 'string' ? kind.split('\n')[0] : null;
describe.skipIf(noKind !== null)(`kind${noKind === null ? '' : ` (skipped: ${noKind})`}`, () => {
  const driver = kind as DriverUnderTest;
  const run = (...args: string[]) => drainbench(args, driver.environment);
  const docker = (...args: string[]) => execa('docker', args, { env: driver.environment });

  const untilContainer = (name: string) =>
    eventually(async () => {
      const found = await driver.leftovers(name);
      if (found.every((line) => line === 'record')) throw new Error(`no container of ${name} yet`);
    }, 60_000);

  // The two side by side: they wait for kind most of the time.
  it.concurrent(
    'removes the cluster of a run that was killed with -9 in the middle of up, with the next command',
    async () => {
      const folder = join(reports, 'killed');
      const killed = run('run', SCENARIO, '--driver', driver.name, '--reports', folder);
      const name = await eventually(async () => {
        const found = /^(run-\S+) {2}/m.exec((await run('cluster', 'list')).stdout)?.[1];
        if (found === undefined) throw new Error('no cluster of the run yet');
        return found;
      });
      await untilContainer(name);
      killed.kill('SIGKILL');
      await killed;
      const next = await run('cluster', 'list');
      expect(next.all).toContain(`removed what was left of the dead cluster ${name}`);
      expect(await driver.leftovers(name)).toEqual([]);
    },
  );

  it.concurrent('leaves nothing after Ctrl-C in the middle of up, with exit code 130', async () => {
    const name = `${clusterOf(driver)}-int`;
    const up = run('cluster', 'up', '--driver', driver.name, '--name', name);
    await untilContainer(name);
    up.kill('SIGINT');
    const result = await up;
    expect(result.exitCode, result.all).toBe(130);
    expect(await driver.leftovers(name)).toEqual([]);
  });

  it('leaves a cluster alone that took the name of a creation that was killed', async () => {
    const image = await ownNodeImage();
    const label = 'io.x-k8s.kind.cluster=taken';
    const paths = kindPaths('taken');
    const engine = { command: 'docker', environment: driver.environment };
    mkdirSync(paths.root, { recursive: true });
    writeFileSync(paths.record, JSON.stringify({ ...KILLED, name: 'taken', engine }));
    await docker('create', '--name', 'taken-control-plane', '--label', label, image);
    try {
      expect((await run('cluster', 'list')).all).toContain('removed what was left of the dead cluster taken');
      expect((await docker('ps', '--all', '--quiet', '--filter', `label=${label}`)).stdout).not.toBe('');
      expect(existsSync(paths.root)).toBe(false);
    } finally {
      await docker('rm', '--force', 'taken-control-plane');
    }
  });

  it('refuses the name of a cluster that it did not make, with exit code 64, and leaves that alone', async () => {
    const image = await ownNodeImage();
    const label = 'io.x-k8s.kind.cluster=decoy';
    await docker('create', '--name', 'decoy-control-plane', '--label', label, image);
    try {
      const up = await run('cluster', 'up', '--driver', 'kind', '--name', 'decoy');
      expect(up.exitCode, up.all).toBe(64);
      expect(up.all).toContain('kind-not-ours');
      const down = await run('cluster', 'down', '--name', 'decoy');
      expect(down.all).toContain('there is no cluster');
      expect((await docker('ps', '--all', '--quiet', '--filter', `label=${label}`)).stdout).not.toBe('');
    } finally {
      await docker('rm', '--force', 'decoy-control-plane');
    }
  });

  it('says at once that a node image is neither here nor to be pulled, and what to do', async () => {
    const image = '127.0.0.1:1/none:none';
    const up = await run('cluster', 'up', '--driver', 'kind', '--name', 'none', '--node-image', image);
    expect(up.exitCode, up.all).toBe(69);
    expect(up.all).toContain('node-image-unavailable');
    expect(up.all).toContain('drainbench kind build-node-image');
  });

  it('says at once that no engine answers', async () => {
    const env = { ...driver.environment, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const up = await drainbench(['cluster', 'up', '--driver', 'kind', '--name', 'none'], env);
    expect(up.exitCode, up.all).toBe(69);
    expect(up.all).toContain('engine-not-answering');
  });

  it('makes the node image once: asked again, it is only found', async () => {
    const again = await run('kind', 'build-node-image');
    expect(again.exitCode, again.all).toBe(0);
    expect(again.all).toContain('is in the cache');
    expect(again.stdout).toBe(await ownNodeImage());
  });
});

async function succeed(command: ReturnType<typeof drainbench>) {
  const result = await command;
  expect(result.exitCode, result.all).toBe(0);
  return result;
}
