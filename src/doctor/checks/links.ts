import type { Check } from '../check.ts';
import { inNamespaces } from '../in-namespaces.ts';
import { kernelFix } from '../kernel-fix.ts';

/** A bridge with a veth pair whose far end lives in a named namespace: one node of a box, in small. */
const SCRIPT = `
mount -t tmpfs tmpfs /run
mkdir -p /run/netns
ip link add dbdoctor0 type bridge
ip link set dbdoctor0 up
ip netns add far
ip link add dbdoctor1 type veth peer name eth0 netns far
ip link set dbdoctor1 master dbdoctor0 up
nsenter --net=/run/netns/far ip link set eth0 up
touch /run/uts
unshare --uts=/run/uts hostname far
nsenter --net=/run/netns/far ip address add 198.18.0.2/30 dev eth0
`;

export const linksCheck: Check = {
  id: 'links',
  title: 'bridge and veth links',
  drivers: ['embedded'],
  expected: 'a bridge, and a veth pair into a named network namespace with a host name of its own',
  weight: 'required',
  needs: { linux: true, root: true, commands: ['unshare', 'ip', 'mount', 'nsenter', 'hostname'] },
  async run(context) {
    const outcome = await inNamespaces(context, ['net', 'mount'], SCRIPT);
    if (outcome.ok) return { status: 'ok', found: 'made in a throw-away namespace' };
    const fix = kernelFix(context.host, ['veth', 'bridge'], 'CONFIG_VETH and CONFIG_BRIDGE');
    return { status: 'fail', found: outcome.reason, fix };
  },
};
