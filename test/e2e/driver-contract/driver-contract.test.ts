import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../../src/analyze/analyze-run.ts';
import { ownNodeImage } from '../../../src/cluster/kind/node-image.ts';
import { readEvents } from '../../../src/history/event-reader.ts';
import { drainbench } from '../support/drainbench.ts';
import { eventually } from '../support/eventually.ts';
import { sampleImage } from '../support/sample-image.ts';
import { embeddedDriver, kindDriver, type DriverUnderTest } from './driver-under-test.ts';

const APP = new URL('../fixtures/app.yaml', import.meta.url).pathname;
const SCENARIO = new URL('./delete.yaml', import.meta.url).pathname;
const SCRIPT = `fetch('http://app.default.svc.cluster.local/').then((a) => console.log(a.status))`;

const kind = await kindDriver();
const drivers = [embeddedDriver, ...(typeof kind === 'string' ? [] : [kind])];
const reports = mkdtempSync(join(tmpdir(), 'drainbench-contract-'));

afterAll(async () => {
  for (const driver of drivers) await driver.release();
  rmSync(reports, { recursive: true });
});

describe.each(drivers)('the contract of drivers: $name', (driver) => {
  const run = (...args: string[]) => drainbench(args, driver.environment);

  describe('a cluster with kube-proxy in iptables mode', () => {
    const name = `contract-${driver.name}`;
    const k = async (...args: string[]) => {
      const { stdout } = await succeed(run('cluster', 'kubectl', '--name', name, '--', ...args));
      return stdout;
    };

    beforeAll(async () => {
      const up = ['cluster', 'up', '--driver', driver.name, '--name', name, '--nodes', '2'];
      await succeed(run(...up, '--proxy-mode', 'iptables'));
    });

    afterAll(async () => {
      await run('cluster', 'down', '--name', name);
    });

    it('is listed, and says that all of it runs', async () => {
      const { stdout } = await succeed(run('cluster', 'list'));
      expect(stdout).toMatch(new RegExp(`^${name}  running  2 nodes  iptables  .*  ${driver.name}$`, 'm'));
      await succeed(run('cluster', 'status', '--name', name));
    });

    it('takes an image, and answers over the NodePort of every node', async () => {
      await succeed(run('cluster', 'load-image', await sampleImage(), '--name', name));
      await k('apply', '-f', APP);
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
      } finally {
        await own();
      }
      expect(await k('get', 'namespaces', '-o', 'name')).not.toContain('drainbench');
      await succeed(run('cluster', 'status', '--name', name));
    });

    it('is gone after down', async () => {
      await succeed(run('cluster', 'down', '--name', name));
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

  it('removes the cluster of a run that was killed with -9 in the middle of up, with the next command', async () => {
    const folder = join(reports, 'killed');
    const killed = run('run', SCENARIO, '--driver', driver.name, '--reports', folder);
    const name = await eventually(async () => {
      const found = /^(run-\S+) {2}/m.exec((await run('cluster', 'list')).stdout)?.[1];
      if (found === undefined) throw new Error('no cluster of the run yet');
      return found;
    });
    await sleep(3000);
    killed.kill('SIGKILL');
    await killed;
    const next = await run('cluster', 'list');
    expect(next.all).toContain(`removed what was left of the dead cluster ${name}`);
    expect(await driver.leftovers(name)).toEqual([]);
  });

  it('leaves nothing after Ctrl-C in the middle of up, with exit code 130', async () => {
    const name = `contract-${driver.name}-int`;
    const up = run('cluster', 'up', '--driver', driver.name, '--name', name);
    await eventually(async () => {
      if ((await driver.leftovers(name)).length === 0) throw new Error('nothing of it is there yet');
    });
    await sleep(2000); // kind starts its containers then
    up.kill('SIGINT');
    const result = await up;
    expect(result.exitCode, result.all).toBe(130);
    expect(await driver.leftovers(name)).toEqual([]);
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

/** A run that is not void, whose every failed request has a cause, and whose observers saw all there was. */
async function expectWholeTruth(folder: string, said: string): Promise<void> {
  const path = realpathSync(join(folder, 'latest'));
  const result = await analyzeRun(path);
  expect(result.verdict, said).not.toBe('void');
  const trials = result.trials.filter(({ counted }) => counted);
  const failed = (role: string) =>
    trials
      .filter(({ trial }) => trial.role === role)
      .reduce((sum, { loads }) => sum + loads.reduce((count, load) => count + load.failed, 0), 0);
  expect(failed('negative-control'), said).toBe(0);
  // On a busy machine a kubelet can come so late that rules are gone before the app is: then only the control fails.
  expect(failed('comparison') + failed('positive-control'), said).toBeGreaterThan(0);
  for (const { failedRequests, byCause } of result.cells) {
    expect([...byCause.values()].reduce((sum, count) => sum + count, 0)).toBe(failedRequests);
    expect(byCause.get('unexplained') ?? 0, said).toBe(0);
  }
  expect(await logsOverTheApi(path)).toEqual([]);
}

/** Containers whose logs could not be read on their nodes. */
async function logsOverTheApi(run: string): Promise<string[]> {
  const trials = readdirSync(join(run, 'trials')).map((trial) => readEvents(join(run, 'trials', trial)));
  return (await Promise.all(trials))
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'note' && event.source === 'app-log' ? [event.message] : []));
}

async function succeed(command: ReturnType<typeof drainbench>) {
  const result = await command;
  expect(result.exitCode, result.all).toBe(0);
  return result;
}
