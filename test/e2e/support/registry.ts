import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import { createInterface } from 'node:readline';

import { requireBox } from '../../../src/cluster/embedded/box-store.ts';
import { embeddedCluster } from '../../../src/cluster/embedded/embedded-cluster.ts';
import { buildTools } from '../../../src/tools/build-tools.ts';

/** A real registry that this host and the nodes of a box know by the same name. */
export interface Registry {
  /** `127.0.0.1:PORT`: what crane and containerd speak plain HTTP to by themselves. */
  readonly host: string;
  /** What each node asked for so far: `GET /v2/…`. */
  askedBy(node: string): readonly string[];
  stop(): Promise<void>;
}

/** Listens on a node's own loopback, and hands the socket out: what is accepted there is dealt with here. */
const LISTEN = `
  const server = require('node:net').createServer();
  server.listen(Number(process.argv[1]), '127.0.0.1', () =>
    process.send('listening', server, () => server.close()));
  process.on('disconnect', () => process.exit());
`;

/** Starts `crane registry serve` on loopback, and lets it be reached on the loopback of each node of a box. */
export async function startRegistry(box: string): Promise<Registry> {
  const { crane } = await buildTools({ names: ['crane'] });
  const registry = spawn(crane, ['registry', 'serve', '--address', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(registry.stderr).on('line', (line) => {
      const said = /serving on port (\d+)/.exec(line)?.[1];
      if (said !== undefined) resolve(Number(said));
    });
    registry.once('exit', (code) => {
      reject(new Error(`crane registry serve ended with exit code ${code}`));
    });
  });
  const record = await requireBox(box);
  const asked = new Map<string, string[]>();
  const relays = await Promise.all(
    embeddedCluster(record).nodes.map(async ({ name }) => {
      const requests: string[] = [];
      asked.set(name, requests);
      // The node's network only: what is on the box's own mounts need not be this Node.
      const net = `--net=/proc/${record.init.pid}/root/run/netns/${name}`;
      const args = [net, '--', process.execPath, '-e', LISTEN, String(port)];
      const listener = spawn('nsenter', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const [, server] = (await once(listener, 'message')) as [unknown, Server];
      server.on('connection', (socket) => {
        const onward = connect(port, '127.0.0.1');
        // Requests to pull are small and have no body: each begins a chunk of its own.
        socket.on('data', (chunk) => requests.push(...(/^[A-Z]+ \S+/.exec(chunk.toString('latin1')) ?? [])));
        socket.pipe(onward).pipe(socket);
        socket.on('error', () => onward.destroy());
        onward.on('error', () => socket.destroy());
      });
      return { listener, server };
    }),
  );
  return {
    host: `127.0.0.1:${port}`,
    askedBy: (node) => asked.get(node) ?? [],
    stop: async () => {
      for (const { listener, server } of relays) {
        server.close();
        await ended(listener, () => listener.disconnect());
      }
      await ended(registry, () => registry.kill());
    },
  };
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  const exit = once(child, 'exit');
  end();
  await exit;
}
