import { BlockList } from 'node:net';
import { execa } from 'execa';

import { SLOT_COUNT, slotRange } from './network-plan.ts';

/** 198.18.0.0/15. */
const BENCHMARK_PREFIX = 15;

/**
 * The slots whose addresses nothing on this host uses. Boxes count too: those of this state directory have claimed
 * their slots besides, those of another are known by their links only.
 */
export async function freeSlots(): Promise<number[]> {
  const used = await usedRanges();
  return Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter(
    (slot) => !used.some((range) => overlaps(range, slotRange(slot))),
  );
}

interface Range {
  readonly first: string;
  readonly prefix: number;
}

async function usedRanges(): Promise<Range[]> {
  const [routes, addresses] = await Promise.all([
    execa('ip', ['-json', '-4', 'route', 'show', 'table', 'all']),
    execa('ip', ['-json', '-4', 'address']),
  ]);
  const routeList = JSON.parse(routes.stdout || '[]') as { dst: string }[];
  const links = JSON.parse(addresses.stdout || '[]') as {
    addr_info?: { local: string; prefixlen: number }[];
  }[];
  return [
    ...routeList
      // Wider routes (a default route, or the two halves of everything that some VPNs set) give way to ours.
      .filter((route) => route.dst !== 'default' && parseRange(route.dst).prefix >= BENCHMARK_PREFIX)
      .map((route) => parseRange(route.dst)),
    ...links
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
