import { freeSlots } from '../../cluster/embedded/free-slots.ts';
import { SLOT_COUNT } from '../../cluster/embedded/network-plan.ts';
import type { Check } from '../check.ts';
import { findRangeUsers } from '../find-range-users.ts';

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
    const named = users.map((user) => `${user.range} on ${user.link || 'no link'}`).join(', ');
    return {
      status: free === 0 ? 'fail' : 'warn',
      found: `${found}; in use: ${named}`,
      fix: {
        command: null,
        advice: 'take it off, or stop what holds it (proxy clients with a "fake IP" mode like this range)',
        automatic: false,
      },
    };
  },
};

/** `ip -j` prints nothing at all for an empty list. */
function parseJson(text: string): unknown {
  return text.trim() === '' ? [] : JSON.parse(text);
}
