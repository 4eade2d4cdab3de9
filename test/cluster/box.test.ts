import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import { requireBox } from '../../src/cluster/embedded/box-store.ts';
import { embeddedCluster } from '../../src/cluster/embedded/embedded-cluster.ts';
import { startLoadProcess } from '../../src/load/load-process.ts';
import { drainbench, kubectl } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { sampleImage } from '../e2e/support/sample-image.ts';
import { signalComponent } from '../support/signal-component.ts';
import { loadSpec } from '../unit/load/load-spec.ts';

const FIXTURES = new URL('../e2e/fixtures/', import.meta.url).pathname;

// In iptables mode the contract of drivers says the same.
describe('a box with kube-proxy in nftables mode', () => {
  const name = 'e2e-nftables';
  const k = (...args: string[]) => kubectl(name, ...args);
  let nodes: readonly string[] = [];

  beforeAll(async () => {
    const up = await drainbench(['cluster', 'up', '--name', name, '--proxy-mode', 'nftables']);
    expect(up.exitCode, up.all).toBe(0);
    nodes = embeddedCluster(await requireBox(name)).nodes.map(({ address }) => address);
    // By a link, as a user's file may be one.
    const linked = join(mkdtempSync(join(tmpdir(), 'drainbench-link-')), 'image.tar');
    symlinkSync(await sampleImage(), linked);
    const loaded = await drainbench(['cluster', 'load-image', linked, '--name', name]);
    rmSync(dirname(linked), { recursive: true });
    expect(loaded.exitCode, loaded.all).toBe(0);
    await k('apply', '-f', join(FIXTURES, 'app.yaml'));
    await k('rollout', 'status', 'deployment/app', '--timeout=60s');
  });

  afterAll(async () => {
    await drainbench(['cluster', 'down', '--name', name]);
  });

  it('answers over the NodePort of every node', async () => {
    expect(nodes).toHaveLength(2);
    for (const node of nodes) {
      const answer = await eventually(() => fetch(`http://${node}:30080/`));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-pod')).toMatch(/^app-/);
    }
  });

  it('gets no load before the rules of every node let it in, however long the Pods are Ready', async () => {
    const cluster = embeddedCluster(await requireBox(name));
    const directory = mkdtempSync(join(tmpdir(), 'drainbench-late-rules-'));
    await signalComponent(cluster, 'kube-proxy', 'STOP');
    let load;
    let freeNs;
    const runStartNs = process.hrtime.bigint();
    try {
      await k(
        'expose',
        'deployment/app',
        '--name=late',
        '--type=NodePort',
        '--port=80',
        '--target-port=8080',
      );
      const port = Number(await k('get', 'service', 'late', '-o', 'jsonpath={.spec.ports[0].nodePort}'));
      load = startLoadProcess({
        spec: loadSpec({ connections: 'fresh', ratePerSecond: 100 }),
        targets: nodes.map((host) => ({ host, port })),
        runStartNs,
        ledgerPath: join(directory, 'requests.csv'),
      });
      await sleep(1500);
    } finally {
      freeNs = Number(process.hrtime.bigint() - runStartNs);
      await signalComponent(cluster, 'kube-proxy', 'CONT');
    }
    const running = await load;
    await sleep(500);
    const { startNs, intended, byOutcome } = await running.stop({ drainMs: 1000 });
    expect(startNs).toBeGreaterThan(freeNs);
    expect(intended).toBeGreaterThan(10);
    expect(byOutcome.ok).toBe(intended);
    rmSync(directory, { recursive: true });
  });

  it('answers over ClusterIP and DNS name from inside a Pod', async () => {
    const script = `fetch('http://app.default.svc.cluster.local/').then((a) => console.log(a.status))`;
    expect(await k('exec', 'deployment/app', '--', 'node', '-e', script)).toBe('200');
  });

  it('gives logs, and runs commands in containers', async () => {
    expect(await k('logs', 'deployment/app')).toContain('"stamp":"listening"');
    expect(await k('exec', 'deployment/app', '--', 'sh', '-c', 'echo $((6*7))')).toBe('42');
  });

  it('keeps what a Pod wrote on a PersistentVolumeClaim after the Pod is gone', async () => {
    await k('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/writer', '--timeout=60s');
    expect(await k('get', 'pvc', 'data', '-o', 'jsonpath={.status.phase}')).toBe('Bound');
    await k('delete', 'pod', 'writer');
    await k('apply', '-f', join(FIXTURES, 'reader.yaml'));
    await k('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/reader', '--timeout=60s');
    expect(await k('logs', 'reader')).toBe('kept');
  });

  it('replaces a Pod that is deleted, and rolls out a change', async () => {
    const [victim = ''] = (await k('get', 'pods', '-l', 'app=app', '-o', 'name')).split('\n');
    await k('delete', victim);
    await k('rollout', 'status', 'deployment/app', '--timeout=60s');
    expect(await k('get', 'pods', '-l', 'app=app', '-o', 'name')).not.toContain(victim);
    await k('set', 'env', 'deployment/app', 'LATENCY_MS=2');
    await k('rollout', 'status', 'deployment/app', '--timeout=60s');
  });

  it('lets nobody in without credentials, and keeps its keys to root', async () => {
    const pki = boxPaths(name).pki;
    for (const key of readdirSync(pki).filter((file) => file.endsWith('.key'))) {
      expect(statSync(join(pki, key)).mode & 0o777, key).toBe(0o600);
    }
    const server = await k('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}');
    const curl = [
      'exec-node',
      '--name',
      name,
      'node1',
      '--',
      'curl',
      '-sk',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
    ];
    expect((await drainbench(['cluster', ...curl, `${server}/api`])).stdout).toBe('401');
    expect((await drainbench(['cluster', ...curl, `https://${nodes[0] ?? ''}:10250/pods`])).stdout).toBe(
      '401',
    );
  });

  it('says that all of it runs, and which component does not when one is killed', async () => {
    expect((await drainbench(['cluster', 'status', '--name', name])).exitCode).toBe(0);
    const { components, processes } = await requireBox(name);
    const scheduler = processes?.['kube-scheduler']?.pid ?? NaN;
    expect(readFileSync(`/proc/${scheduler}/cmdline`, 'utf8')).toContain('kube-scheduler');
    // What waits for it outside is not the component.
    process.kill(components['kube-scheduler']?.pid ?? NaN, 'SIGKILL');
    expect((await drainbench(['cluster', 'status', '--name', name])).exitCode).toBe(0);
    process.kill(scheduler, 'SIGKILL');
    const status = await eventually(async () => {
      const result = await drainbench(['cluster', 'status', '--name', name]);
      if (result.exitCode === 0) throw new Error('not noticed yet');
      return result;
    });
    expect(status.exitCode).toBe(69);
    expect(status.stdout).toContain('NOT RUNNING: kube-scheduler');
  });
});

describe('two boxes at once', () => {
  const names = ['e2e-a', 'e2e-b'];

  afterAll(async () => {
    for (const name of names) await drainbench(['cluster', 'down', '--name', name]);
  });

  it('do not see each other', async () => {
    for (const name of names) {
      const up = await drainbench(['cluster', 'up', '--name', name, '--nodes', '1']);
      expect(up.exitCode, up.all).toBe(0);
    }
    await kubectl('e2e-a', 'create', 'namespace', 'only-in-a');
    expect(await kubectl('e2e-b', 'get', 'namespaces', '-o', 'name')).not.toContain('only-in-a');
    const [a, b] = await Promise.all(
      names.map(async (name) => embeddedCluster(await requireBox(name)).nodes[0]?.address),
    );
    expect(a).not.toBe(b);
    const ping = [
      'exec-node',
      '--name',
      'e2e-a',
      'node1',
      '--',
      'curl',
      '-sk',
      '-m',
      '2',
      `https://${b ?? ''}:10250/`,
    ];
    expect((await drainbench(['cluster', ...ping])).exitCode).not.toBe(0);
  });

  it('refuses a name that is taken, with exit code 64', async () => {
    const again = await drainbench(['cluster', 'up', '--name', 'e2e-a']);
    expect(again.exitCode).toBe(64);
    expect(again.all).toContain('box-exists');
  });
});
