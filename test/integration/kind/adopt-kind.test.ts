import { mkdirSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { requireEngine } from '../../../src/cluster/kind/engine.ts';
import { adoptKind } from '../../../src/cluster/kind/adopt-kind.ts';
import { waitKindReady } from '../../../src/cluster/kind/wait-kind-ready.ts';
import { ScriptedEngine } from '../../support/engine/scripted-engine.ts';

const { signal } = new AbortController();
let engine: ScriptedEngine;
let api: Server;
/** What the API server answers, by path; 404 to the rest. */
let answers: Record<string, [number, unknown]>;

beforeEach(async () => {
  engine = new ScriptedEngine();
  mkdirSync(join(engine.folder, 'tmp'));
  engine.enter({ TMPDIR: join(engine.folder, 'tmp') });
  answers = {};
  api = createServer((request, response) => {
    const [status, body] = answers[request.url ?? ''] ?? [404, { kind: 'Status', code: 404 }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  api.close();
  engine.release();
});

function kubeconfig(): string {
  const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

/** One node that runs; `exec` in it shows another kernel, unless told otherwise. */
function runNode(more: Readonly<Record<string, string>> = {}): void {
  engine.addContainer('node', 'theirs', 'of-somebody');
  engine.answer('docker', {
    'inspect\\ *': `printf '['; sed 's/"Pid":0/"Pid":1/' "$S/containers/node"; printf ']'`,
    'exec\\ *': 'echo 00000000-0000-0000-0000-000000000000',
    ...more,
  });
  engine.answer('kind', { 'get\\ kubeconfig\\ *': `cat <<'END'\n${kubeconfig()}\nEND` });
}

const adopt = async (name: string) =>
  adoptKind(join(engine.folder, 'bin/kind'), await requireEngine(signal), name, signal);
const temporary = () => readdirSync(join(engine.folder, 'tmp'));

describe('a kind cluster that somebody else made', () => {
  it('is not found by a name that none has, and those that are there are named', async () => {
    await expect(adopt('nobodys')).rejects.toMatchObject({
      code: 'kind-not-found',
      expected: 'one of those that are there: theirs',
      exitCode: 64,
    });
  });

  it('is not taken while its nodes do not run, with the command to look by', async () => {
    engine.addContainer('node', 'theirs', 'of-somebody');
    await expect(adopt('theirs')).rejects.toMatchObject({
      code: 'kind-not-running',
      command: expect.stringMatching(/^docker ps --all/) as string,
    });
  });

  it('may be without kube-proxy and on another machine: its mode is unknown, its NodePorts are out of reach', async () => {
    runNode();
    answers['/api/v1/nodes'] = [200, { items: [{ status: { nodeInfo: { kubeletVersion: 'v1.36.0' } } }] }];
    const adopted = await adopt('theirs');
    const { cluster, kubernetesVersion } = adopted;
    expect(cluster).toMatchObject({ proxyMode: 'unknown', nodePorts: 'unreachable' });
    expect(cluster.sources).toMatchObject({ sharesKernel: false, onNode: null });
    expect(kubernetesVersion).toBe('v1.36.0');
    expect(temporary()).toHaveLength(1);
    await adopted.close();
    expect(temporary()).toEqual([]);
  });

  it('is reached by its nodes’ addresses where they run on this kernel', async () => {
    runNode({ 'exec\\ *': 'cat /proc/sys/kernel/random/boot_id' });
    answers['/api/v1/nodes'] = [200, { items: [] }];
    const { cluster } = await adopt('theirs');
    expect(cluster.nodePorts).toBeUndefined();
  });

  it('leaves no administrator’s kubeconfig behind where it cannot be used', async () => {
    runNode();
    answers['/api/v1/nodes'] = [403, { kind: 'Status', code: 403, message: 'forbidden' }];
    await expect(adopt('theirs')).rejects.toThrow();
    expect(temporary()).toEqual([]);
  });
});

it('says what a cluster that was created is waiting for, when it does not become usable', async () => {
  answers['/api/v1/nodes'] = [
    200,
    { items: [{ metadata: { name: 'slow' }, status: { conditions: [{ type: 'Ready', status: 'False' }] } }] },
  ];
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(kubeconfig());
  const access = { command: 'docker', environment: {} } as const;
  await expect(waitKindReady(kubeConfig, access, [], signal, 1)).rejects.toMatchObject({
    code: 'kind-not-ready',
    found: 'nodes not Ready: slow',
  });
});
