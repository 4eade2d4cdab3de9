import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { KernelTrace } from '../../../src/observe/kernel-trace/kernel-trace.ts';
import { openTracefs } from '../../../src/observe/kernel-trace/open-tracefs.ts';
import { makeTraceInstance } from '../../../src/observe/kernel-trace/trace-instance.ts';
import { makeNetns } from './dataplane-netns.ts';
import {
  contextInto,
  linesOf,
  releaseAll,
  releases,
  runStartNs,
  start,
  traceInto,
} from './kernel-trace-harness.ts';

const PORT = 18_080;

afterEach(releaseAll);

describe.skipIf(process.getuid?.() !== 0)('a RST that comes in', () => {
  it('is told of the side that took it, besides who sent it', async () => {
    const { client, server, user, pod, resets } = await talking();
    client.tell('reset');
    await server.says('left');
    // The kernel tells of a RST that a process caused when it is sent already: on one host it can be taken before that.
    const byType = (a: NewHistoryEvent, b: NewHistoryEvent) => a.type.localeCompare(b.type);
    expect((await resets()).toSorted(byType)).toMatchObject([
      { type: 'reset-received', uncertaintyNs: 1000, source: 'kernel-trace', ...pod },
      { type: 'reset-sent', ...user },
    ]);
  });

  it('has no sender where a middlebox answered the server: only the server took it', async () => {
    const { client, server, pod, resets, reject } = await talking();
    reject('sport');
    client.tell('say');
    await server.says('left');
    expect(await resets()).toMatchObject([{ type: 'reset-received', ...pod }]);
  });

  it('has no sender where a middlebox answered the client: only the client took it', async () => {
    const { client, user, resets, reject } = await talking();
    reject('dport');
    client.tell('say');
    await client.says('left');
    expect(await resets()).toMatchObject([{ type: 'reset-received', ...user }]);
  });

  it('is told of a client whose connection was refused', async () => {
    const { client, server, resets } = await talking();
    server.tell('close');
    client.tell('end');
    await server.says('closed');
    client.tell(`connect ${PORT}`);
    await client.says(/ECONNREFUSED/);
    expect(await resets()).toMatchObject([
      { type: 'reset-sent', reason: 'NO_SOCKET', localPort: PORT },
      { type: 'reset-received', remotePort: PORT },
    ]);
  });

  it('is none where a rule of the node rejects a connection: that is an ICMP, which is told', async () => {
    const { client, netns, resets, events } = await talking();
    client.tell('end');
    await client.says('left');
    const before = (await resets()).length;
    netns.run('nft', 'add table ip t');
    netns.run('nft', 'add chain ip t in { type filter hook input priority 0; }');
    netns.run('nft', `add rule ip t in tcp dport ${PORT} reject`);
    const again = await traceInto(events, { ports: [PORT] });
    client.tell(`connect ${PORT}`);
    await client.says(/ECONNREFUSED/);
    await again.stop();
    expect((await resets()).slice(before)).toEqual([]);
    const rejected = { senderAddress: '127.0.0.1', targetAddress: '127.0.0.1', code: 3 };
    expect(events.filter(({ type }) => type === 'unreachable-sent')).toMatchObject([rejected]);
  });

  it('is not told on other ports', async () => {
    const { client, server, resets } = await talking(PORT + 1);
    client.tell('reset');
    await server.says('left');
    expect(await resets()).toEqual([]);
  });

  it('is missed with a note, not a gap, by a kernel that tells of nothing but what it always did', async () => {
    const events: NewHistoryEvent[] = [];
    const tracefs = await openTracefs();
    releases.push(() => tracefs.close());
    const instance = await makeTraceInstance(tracefs.path, 64);
    const hidden = ['tcp/tcp_receive_reset', 'icmp/icmp_send', 'oom/mark_victim'];
    const format = (event: string) =>
      hidden.includes(event) ? Promise.resolve(null) : instance.format(event);
    const scope = { ports: [PORT], signals: [] };
    const trace = new KernelTrace({ ...instance, format }, scope, contextInto(events), runStartNs);
    await trace.start();
    await trace.stop();
    expect(events.filter(({ type }) => type === 'observation-gap')).toEqual([]);
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    for (const event of hidden)
      expect(
        notes.filter((note) => note.startsWith('the kernel does not tell') && note.includes(event)),
      ).toHaveLength(1);
  });
});

/** A server and a client that have spoken, in a network of their own, while the kernel is traced on PORT. */
async function talking(port = PORT) {
  const netns = makeNetns();
  releases.push(() => netns.remove());
  const events: NewHistoryEvent[] = [];
  const trace = await traceInto(events, { ports: [PORT] });
  const server = await role(netns.path);
  server.tell(`listen ${port}`);
  await server.says('listening');
  const client = await role(netns.path);
  client.tell(`connect ${port}`);
  const clientPort = Number((await client.says(/^connected from /)).split(' ').at(-1));
  client.tell('say');
  await client.says('heard');
  const address = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
  return {
    client,
    server,
    netns,
    events,
    pod: { ...address, localPort: port, remotePort: clientPort },
    user: { ...address, localPort: clientPort, remotePort: port },
    /** Lets the network itself answer what goes from (`sport`) or to (`dport`) the server. */
    reject: (side: 'sport' | 'dport') => {
      netns.run('nft', 'add table inet t');
      netns.run('nft', 'add chain inet t in { type filter hook input priority 0; }');
      netns.run(
        'nft',
        `add rule inet t in tcp ${side} ${port} tcp flags & (rst|psh) == psh reject with tcp reset`,
      );
    },
    /** Ends the trace. */
    resets: async () => {
      await trace.stop();
      return events.filter(({ type }) => type === 'reset-sent' || type === 'reset-received');
    },
  };
}

async function role(netns: string) {
  const app = join(import.meta.dirname, 'kernel-trace-app.ts');
  const child = start('nsenter', [`--net=${netns}`, '--', process.execPath, app]);
  const says = linesOf(child);
  await says('here');
  return { says, tell: (order: string) => child.stdin.write(`${order}\n`) };
}
