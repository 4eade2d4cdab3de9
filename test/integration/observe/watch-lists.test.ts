import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, it, onTestFinished } from 'vitest';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { watchApi } from '../../../src/observe/api-watch.ts';

/** Long enough for several lists that a watch is held against. */
const WATCHED_MS = 4000;

/** Watches a namespace with nothing in it, of which lists of metadata have these items; returns the gaps. */
async function gapsWith(metadataItems: unknown): Promise<readonly NewHistoryEvent[]> {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const metadata = { resourceVersion: '7' };
    if (request.url?.includes('watch=true')) response.flushHeaders();
    else if (request.headers.accept?.includes('PartialObjectMetadataList'))
      response.end(JSON.stringify({ metadata, items: metadataItems }));
    else response.end(JSON.stringify({ metadata, items: [] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: 'c', server: url, skipTLSVerify: true }],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  const events: NewHistoryEvent[] = [];
  const startedAt = process.hrtime.bigint();
  const context = {
    nowNs: () => Number(process.hrtime.bigint() - startedAt),
    record: (event: NewHistoryEvent) => void events.push(event),
    signal: new AbortController().signal,
  };
  const scope = { namespace: 'ns', labelSelector: 'a=b', names: null, shared: false, nodes: false };
  const observer = await watchApi(kubeConfig, scope, context, () => undefined);
  await sleep(WATCHED_MS);
  await observer.stop();
  return events.filter(({ type }) => type === 'observation-gap');
}

it('a watch stands up to a list of metadata with nothing in it, which has null for its items', async () => {
  expect(await gapsWith(null)).toEqual([]);
});

it('a watch that cannot be held against what it was answered is blind, and nothing else fails for that', async () => {
  const gaps = await gapsWith(7);
  const reason = 'no list could be had to hold the watch against';
  for (const observer of ['pods', 'endpointslices'])
    expect(gaps).toContainEqual(expect.objectContaining({ observer, reason }));
});
