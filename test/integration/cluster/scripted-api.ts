import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

/** A server that answers as an API server would, by a script; and a kubeconfig that leads to it. */
export interface ScriptedApi {
  readonly kubeConfig: KubeConfig;
  /** `METHOD path` of every request that came in; `UPGRADE path` where a stream was asked for. */
  readonly seen: readonly string[];
  close(): void;
}

/** `script` answers with an object, a Status with its code, or leaves the request without an answer by returning `undefined`. */
export async function scriptedApi(script: (request: string) => object | undefined): Promise<ScriptedApi> {
  const seen: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const title = `${request.method ?? ''} ${request.url ?? ''}`;
    seen.push(title);
    request.resume();
    const answer = script(title);
    if (answer === undefined) return;
    const status = 'kind' in answer && answer.kind === 'Status' && 'code' in answer ? answer.code : 200;
    response.writeHead(Number(status), { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  server.on('upgrade', (request: IncomingMessage, socket) => {
    seen.push(`UPGRADE ${request.url ?? ''}`);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: 'c', server: url, skipTLSVerify: true }],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  return {
    kubeConfig,
    seen,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
