import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';

import { apiClient } from '../../../src/cluster/kube/api-client.ts';
import { keepConnections } from '../../../src/cluster/kube/keep-connections.ts';
import { getKubeJson } from '../../../src/cluster/kube/kube-stream.ts';
import { selfSigned } from '../../e2e/support/self-signed.ts';

const ROUNDS = 5;

describe('requests to an API server', () => {
  it('share connections, also those of different clients', async () => {
    const { kubeConfig, connections } = await serve();
    keepConnections(kubeConfig);
    await ask(kubeConfig);
    // A request that follows at once may find the connection still taken.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it('would each open one of their own otherwise: what the client library does by itself', async () => {
    const { kubeConfig, connections } = await serve();
    await ask(kubeConfig);
    expect(connections()).toBe(2 * ROUNDS);
  });
});

async function ask(kubeConfig: KubeConfig): Promise<void> {
  const { signal } = new AbortController();
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  for (let round = 0; round < ROUNDS; round++) {
    await core.listNode();
    await getKubeJson(kubeConfig, '/api/v1/nodes', signal);
  }
}

async function serve(): Promise<{ readonly kubeConfig: KubeConfig; readonly connections: () => number }> {
  const identity = await selfSigned();
  let connections = 0;
  const server = createServer(identity, (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [] }));
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    {
      name: 'c',
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      caData: Buffer.from(identity.cert).toString('base64'),
      skipTLSVerify: false,
    },
    { name: 'u', token: 'secret' },
  );
  return { kubeConfig, connections: () => connections };
}
