import { readdir, readFile, readlink } from 'node:fs/promises';

import type { Listeners } from '../model/history-event.ts';
import { plainAddress } from './kernel-trace/trace-address.ts';

/**
 * The listening TCP sockets that a container's processes hold (one that several of them hold is one socket), by address
 * and port. `null` where it cannot be looked at.
 *
 * @param pids all of its processes; they are in one network namespace
 */
export async function listeningSockets(pids: readonly number[]): Promise<readonly Listeners[] | null> {
  const [first] = pids;
  if (first === undefined) return null;
  try {
    const tables = await Promise.all([
      readFile(`/proc/${first}/net/tcp`, 'utf8'),
      readFile(`/proc/${first}/net/tcp6`, 'utf8').catch(() => ''), // not there where IPv6 is switched off
    ]);
    const listening = tables.flatMap(parseListening);
    if (listening.length === 0) return [];
    const held = new Set((await Promise.all(pids.map(heldSockets))).flat());
    const own = listening.filter(({ inode }) => held.has(inode));
    return [...Map.groupBy(own, ({ address, port }) => `${address} ${port}`).values()]
      .flatMap((same) =>
        same.slice(0, 1).map(({ address, port }) => ({ address, port, sockets: same.length })),
      )
      .sort((a, b) => a.port - b.port || (a.address < b.address ? -1 : 1));
  } catch {
    return null; // EACCES; ENOENT or ESRCH where the process is gone
  }
}

interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** Reads the listening ones out of /proc/PID/net/tcp or tcp6: `0: 0100007F:1F90 00000000:0000 0A … inode …`. */
export function parseListening(table: string): readonly ListeningSocket[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/ +/);
    const [address = '', port = ''] = local.split(':');
    return state === LISTEN ? [{ address: addressOf(address), port: parseInt(port, 16), inode }] : [];
  });
}

/** As the kernel numbers states of TCP (include/net/tcp_states.h), in hexadecimal. */
const LISTEN = '0A';

/** Words of 32 bits in the order of x64 and arm64, lowest byte first, printed in hexadecimal. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].toReversed());
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  if (mapped) return plainAddress(`::ffff:${bytes.slice(12).join('.')}`);
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Inodes of the sockets among a process' descriptors; none of one that is gone. */
async function heldSockets(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
