import { BlockList } from 'node:net';
import { execa } from 'execa';

import { HOST_LINK_PREFIX, SLOT_COUNT, slotRange } from './network-plan.ts';

/** The slots whose addresses nothing else on this host uses: no address and no route that is not ours. */
export async function freeSlots(): Promise<number[]> {
  const foreign = await foreignRanges();
  return Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter(
    (slot) => !foreign.some((range) => overlaps(range, slotRange(slot))),
  );
}

interface Range {
  readonly first: string;
  readonly prefix: number;
}

async function foreignRanges(): Promise<Range[]> {
  const [routes, addresses] = await Promise.all([
    execa('ip', ['-json', '-4', 'route', 'show', 'table', 'all']),
    execa('ip', ['-json', '-4', 'address']),
  ]);
  const routeList = JSON.parse(routes.stdout || '[]') as { dst: string; dev?: string }[];
  const links = JSON.parse(addresses.stdout || '[]') as {
    ifname?: string;
    addr_info?: { local: string; prefixlen: number }[];
  }[];
  return [
    ...routeList
      .filter((route) => route.dst !== 'default' && route.dev?.startsWith(HOST_LINK_PREFIX) !== true)
      .map((route) => parseRange(route.dst)),
    ...links
      .filter((link) => link.ifname?.startsWith(HOST_LINK_PREFIX) !== true)
      .flatMap((link) => link.addr_info ?? [])
      .map((address) => ({ first: address.local, prefix: address.prefixlen })),
  ];
}

function parseRange(text: string): Range {
  const [first = '', prefix] = text.split('/');
  return { first, prefix: prefix === undefined ? 32 : Number(prefix) };
}

/** Two CIDR ranges overlap exactly when one holds the other's address. */
function overlaps(a: Range, b: Range): boolean {
  return holds(a, b.first) || holds(b, a.first);
}

function holds(range: Range, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(range.first, range.prefix, 'ipv4');
  return list.check(address, 'ipv4');
}
