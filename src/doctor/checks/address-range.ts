import { listBoxes } from '../../cluster/embedded/box-store.ts';
import { freeSlots } from '../../cluster/embedded/free-slots.ts';
import { HOST_LINK_PREFIX, SLOT_COUNT } from '../../cluster/embedded/network-plan.ts';
import type { Check } from '../check.ts';
import { findOwnLinks, findRangeUsers } from '../find-range-users.ts';

/** Set aside for benchmarks by RFC 2544; everything of a box lives in it. */
const RANGE = '198.18.0.0/15';

export const addressRangeCheck: Check = {
  id: 'address-range',
  title: `addresses ${RANGE}`,
  drivers: ['embedded'],
  expected: 'no address or route of the host in it, but those of our own boxes (links dbh*)',
  weight: 'wanted',
  needs: { linux: true, commands: ['ip'] },
  async run(context) {
    const free = (await freeSlots()).length;
    const found = `room for ${free} of ${SLOT_COUNT} clusters`;
    if (free === SLOT_COUNT) return { status: 'ok', found };
    const [addresses, routes] = await Promise.all([
      context.run('ip', ['-j', '-4', 'address']),
      context.run('ip', ['-j', '-4', 'route', 'show', 'table', 'all']),
    ]);
    const users = findRangeUsers(RANGE, parseJson(addresses.stdout), parseJson(routes.stdout));
    const boxes = await describeBoxes(findOwnLinks(parseJson(addresses.stdout)));
    const named = [...boxes, ...users.map((user) => `${user.range} on ${user.link || 'no link'}`)];
    const inUse = named.length === 0 ? found : `${found}; in use: ${named.join(', ')}`;
    // What our own clusters use is what the range is for.
    if (users.length === 0 && free > 0) return { status: 'ok', found: inUse };
    const advice =
      users.length === 0
        ? 'remove a cluster: drainbench cluster list, drainbench cluster down NAME'
        : 'take it off, or stop what holds it (proxy clients with a "fake IP" mode like this range)';
    return {
      status: free === 0 ? 'fail' : 'warn',
      found: inUse,
      fix: { command: null, advice, automatic: false },
    };
  },
};

/** Our boxes by name; those of another user or state directory are known by their links only. */
async function describeBoxes(links: readonly string[]): Promise<string[]> {
  const records = await listBoxes().catch(() => []);
  return links.map((link) => {
    const box = records.find(({ slot }) => `${HOST_LINK_PREFIX}${slot}` === link);
    return box === undefined ? `a cluster of drainbench on ${link}` : `cluster ${box.name}`;
  });
}

/** `ip -j` prints nothing at all for an empty list. */
function parseJson(text: string): unknown {
  return text.trim() === '' ? [] : JSON.parse(text);
}
