/** An address or route on the host that touches a range we mean to use. */
export interface RangeUser {
  /** As `ip` prints it: `198.18.0.1/16`. */
  readonly range: string;
  readonly link: string;
}

/** Names of the links of our own boxes. */
const OWN_LINK = /^dbh\d+$/;

/** The links of our own boxes among the addresses that `ip -j -4 addr` prints, parsed. */
export function findOwnLinks(addresses: unknown): string[] {
  return records(addresses)
    .map((link) => text(link['ifname']))
    .filter((name) => OWN_LINK.test(name));
}

interface Ipv4Range {
  readonly first: number;
  readonly prefix: number;
}

/**
 * Addresses and routes that overlap `range`, the default route apart, one for each link. Links named `dbh*` are our
 * own boxes'.
 * `addresses` and `routes` are what `ip -j -4 addr` and `ip -j -4 route show table all` print, parsed.
 */
export function findRangeUsers(range: string, addresses: unknown, routes: unknown): RangeUser[] {
  const wanted = parseRange(range);
  if (wanted === null) throw new RangeError(`not an IPv4 range: ${range}`);
  const users = [...addressesOf(addresses), ...routesOf(routes)].filter((user) => {
    const used = parseRange(user.range);
    return !OWN_LINK.test(user.link) && used !== null && (contains(wanted, used) || contains(used, wanted));
  });
  return users.filter((user, at) => users.findIndex((other) => sameUse(other, user)) === at);
}

function addressesOf(parsed: unknown): RangeUser[] {
  return records(parsed).flatMap((link) =>
    records(link['addr_info']).map((address) => ({
      range: `${text(address['local'])}/${text(address['prefixlen'])}`,
      link: text(link['ifname']),
    })),
  );
}

function routesOf(parsed: unknown): RangeUser[] {
  return records(parsed).map((route) => ({ range: text(route['dst']), link: text(route['dev']) }));
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value)
    ? value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null)
    : [];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** `a.b.c.d` or `a.b.c.d/n`; null for `default`, IPv6 and anything else. */
function parseRange(range: string): Ipv4Range | null {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(range);
  if (match === null) return null;
  const first = match.slice(1, 5).reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { first, prefix: match[5] === undefined ? 32 : Number(match[5]) };
}

function contains(outer: Ipv4Range, inner: Ipv4Range): boolean {
  const size = 2 ** (32 - outer.prefix);
  return inner.prefix >= outer.prefix && Math.floor(inner.first / size) === Math.floor(outer.first / size);
}

/** The kernel lists an address again as local and broadcast routes: the link tells enough. */
function sameUse(a: RangeUser, b: RangeUser): boolean {
  return a.link === b.link;
}
