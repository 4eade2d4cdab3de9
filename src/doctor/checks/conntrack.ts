import type { Check } from '../check.ts';
import { inNamespaces } from '../in-namespaces.ts';
import { kernelFix } from '../kernel-fix.ts';

/** Listens for events, adds one entry, and waits (2 s at most) until it was heard: proof, not a version. */
const SCRIPT = `
mount -t tmpfs tmpfs /run
conntrack -L >/dev/null 2>/run/log || { cat /run/log >&2; exit 1; }
conntrack -E >/run/events 2>/run/errors &
listener=$!
trap 'kill $listener' EXIT
for attempt in $(seq 40); do
  conntrack -I -p tcp -s 198.18.0.2 -d 198.18.0.3 --sport $((1000 + attempt)) --dport 80 --state ESTABLISHED -t 5 >/dev/null 2>/run/log || { cat /run/log >&2; exit 1; }
  if [ -s /run/events ]; then exit 0; fi
  sleep 0.05
done
echo "an entry was added, and no event heard for 2 s: $(head -n 1 /run/errors)" >&2
exit 1
`;

export const conntrackCheck: Check = {
  id: 'conntrack',
  title: 'connection tracking',
  drivers: ['embedded'],
  expected: 'entries can be listed, and their events heard, inside a network namespace',
  weight: 'required',
  needs: { linux: true, root: true, commands: ['unshare', 'conntrack', 'mount'] },
  async run(context) {
    const outcome = await inNamespaces(context, ['net', 'mount'], SCRIPT);
    if (outcome.ok) return { status: 'ok', found: 'listed, and an event heard' };
    const fix = kernelFix(
      context.host,
      ['nf_conntrack', 'nf_conntrack_netlink'],
      'CONFIG_NF_CONNTRACK, CONFIG_NF_CT_NETLINK and CONFIG_NF_CONNTRACK_EVENTS',
    );
    return { status: 'fail', found: outcome.reason, fix };
  },
};
