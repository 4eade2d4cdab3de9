import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { Distractor } from '../distractor.ts';
import type { Stage } from '../stage.ts';
import { everySoOften } from './every-so-often.ts';

const CLIENT = new URL('../client/collide.js', import.meta.url).pathname;
const EVERY_MS = 30;
/** Of how many connections of a Pod, the newest, one is chosen. */
const AMONG = 100;

/**
 * The servers tell who connects to them. To that very Pod, from the same port of another node, somebody else connects,
 * and ends it in every way that there is.
 */
export const collidingPorts: Distractor = {
  name: 'colliding-ports',
  does: 'from another node clients connect to the same Pods with the very ports that the load has there, and close by FIN, by RST, half, and without a word',
  happenings: ['collided'],
  least: 20,
  begin: async (stage) => {
    const nodes = stage.network.nodes;
    const clients = new Map(nodes.map((node) => [node, startClient(stage, node)]));
    const homes = new Map<string, string>();
    for (const node of nodes) {
      for (const address of await stage.network.addressesOf(node)) homes.set(address, node);
    }
    const pods = new Map((await stage.pods()).map(({ name, ip }) => [name, ip]));
    let turn = 0;
    const stop = everySoOften(stage, EVERY_MS, () => {
      const [name, ip] = [...pods][turn++ % Math.max(1, pods.size)] ?? ['', ''];
      const seen = stage.lines.filter(({ what, pod }) => what === 'accepted' && pod === name);
      const loads = seen.filter(({ peer }) => homes.has(peer ?? '')).slice(-AMONG);
      const chosen = loads[Math.floor(Math.random() * loads.length)];
      const other = nodes.find((node) => node !== homes.get(chosen?.peer ?? ''));
      if (chosen?.peerPort !== undefined && other !== undefined) {
        clients.get(other)?.connect(ip, chosen.peerPort);
      }
      return Promise.resolve();
    });
    return async () => {
      await stop();
      for (const client of clients.values()) await client.end();
    };
  },
};

function startClient(
  stage: Stage,
  node: string,
): { readonly connect: (ip: string, port: number) => void; readonly end: () => Promise<void> } {
  const child = stage.network.start(node, [process.execPath, CLIENT]);
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  const ended = once(child, 'close');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [how = '', pod = '', port = ''] = line.split(' ');
    stage.mark(how === 'failed' ? 'not-collided' : 'collided', { pod, peerPort: Number(port) });
  });
  return {
    connect: (ip, port) => child.stdin.write(`${ip} ${port}\n`),
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
