import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { NameCache } from '../../../src/load/name-cache.ts';
import { waitUntilAccepted } from '../../../src/load/wait-until-accepted.ts';
import { NameServer } from './name-server.ts';

const HOST = '127.0.0.1';

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer((socket) => socket.resume());
  await listen(0);
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await close();
});

function listen(on: number): Promise<void> {
  return new Promise((resolve) => server.listen(on, HOST, resolve));
}

function close(): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

describe('a load that waits for its targets', () => {
  it('goes on once the last of them accepts', async () => {
    await close();
    let over = false;
    const waiting = waitUntilAccepted({ targets: [{ host: HOST, port }] }, 10_000).then(() => (over = true));
    await sleep(300);
    expect(over).toBe(false);
    await listen(port);
    await waiting;
  });

  it('asks each address that a name has, from when it has one', async () => {
    await using nameServer = await NameServer.listen('nxdomain');
    const names = new NameCache([nameServer.address]);
    const asked = { targets: [{ host: 'app.shop.test', port }], names };
    let over = false;
    const waiting = waitUntilAccepted(asked, 10_000).then(() => (over = true));
    await sleep(200);
    expect(over).toBe(false);
    nameServer.answer = { addresses: [HOST, '127.0.0.2'], ttl: 0 };
    await sleep(200);
    expect(over).toBe(false);
    nameServer.answer = { addresses: [HOST], ttl: 0 };
    await waiting;
  });

  it('names who does not accept, and why', async () => {
    const open = { host: HOST, port };
    const shut = { host: '127.0.0.2', port };
    await expect(waitUntilAccepted({ targets: [open, shut] }, 200)).rejects.toMatchObject({
      code: 'target-not-accepting',
      found: `127.0.0.2:${port} (ECONNREFUSED)`,
    });
    await using nameServer = await NameServer.listen('empty');
    const names = new NameCache([nameServer.address]);
    const nameless = { targets: [{ host: 'app.shop.test', port }, open], names };
    await expect(waitUntilAccepted(nameless, 0)).rejects.toMatchObject({
      code: 'target-not-accepting',
      found: 'app.shop.test names no address (ENODATA)',
    });
  });
});
