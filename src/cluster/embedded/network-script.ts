import type { NetworkPlan, NodeNetwork } from './network-plan.ts';

/**
 * The shell script that lays out a box's network, run as root inside the box's network, mount and PID namespaces:
 * a bridge for control plane, nodes and harness host; a network and a UTS namespace for each node; routes to Pods.
 */
export function networkScript(network: NetworkPlan): string {
  return [
    'set -eu',
    'mkdir -p /run/netns /run/uts',
    batch(null, [
      'link set lo up',
      'link add br0 type bridge',
      `addr add ${network.controlPlane}/24 dev br0`,
      'link set br0 up',
      // The other end of the host's veth pair; see hostLinkBatch.
      'link set host master br0 up',
    ]),
    sysctls(['br0', 'host']),
    ...network.nodes.flatMap((node, index) => nodeLines(network, node, index)),
    batch(
      null,
      network.nodes.map((node) => `route add ${node.podCidr} via ${node.address}`),
    ),
  ].join('\n');
}

/** `ip -batch` lines for the host's own namespace: its end of the veth pair, and the way to Services and Pods. */
export function hostLinkBatch(network: NetworkPlan, initPid: number): string {
  const first = network.nodes[0];
  if (first === undefined) throw new RangeError('a network without nodes');
  return [
    `link add ${network.hostLink} type veth peer name host netns ${initPid}`,
    `addr add ${network.hostAddress} dev ${network.hostLink}`,
    `link set ${network.hostLink} up`,
    `route add ${network.serviceCidr} via ${first.address}`,
    ...network.nodes.map((node) => `route add ${node.podCidr} via ${node.address}`),
  ].join('\n');
}

function nodeLines(network: NetworkPlan, node: NodeNetwork, index: number): string[] {
  const others = network.nodes.filter((other) => other !== node);
  return [
    batch(null, [
      `netns add ${node.name}`,
      `link add port${index + 1} type veth peer name eth0 netns ${node.name}`,
      `link set port${index + 1} master br0 up`,
    ]),
    batch(node.name, [
      'link set lo up',
      `addr add ${node.address}/24 dev eth0`,
      'link set eth0 up',
      `route add default via ${network.controlPlane}`,
      ...others.map((other) => `route add ${other.podCidr} via ${other.address}`),
      // Without it, packets to a Pod that is gone leave through the default route and loop; real networks carry it.
      `route add unreachable ${node.podCidr}`,
    ]),
    `nsenter --net=/run/netns/${node.name} sh -eu <<'END'\n${sysctls(['eth0'])}\n${STAMP_CONNECTIONS}\nEND`,
    `touch /run/uts/${node.name}`,
    `unshare --uts=/run/uts/${node.name} hostname ${node.name}`,
  ];
}

/** Connections carry the time at which the kernel saw them begin; a kernel that cannot has no such file. */
const STAMP_CONNECTIONS =
  '[ ! -e /proc/sys/net/netfilter/nf_conntrack_timestamp ] || echo 1 > /proc/sys/net/netfilter/nf_conntrack_timestamp';

/**
 * Forwarding on, reverse path filter off (as kubeadm's preflight and every CNI ask). No ICMP redirects: a node that
 * forwards a packet back through its only link would teach the sender a way around kube-proxy.
 */
function sysctls(links: readonly string[]): string {
  const perLink = ['all', 'default', ...links].flatMap((link) => [
    `echo 0 > /proc/sys/net/ipv4/conf/${link}/rp_filter`,
    `echo 0 > /proc/sys/net/ipv4/conf/${link}/send_redirects`,
  ]);
  return ['echo 1 > /proc/sys/net/ipv4/ip_forward', ...perLink].join('\n');
}

function batch(netns: string | null, lines: readonly string[]): string {
  return `ip ${netns === null ? '' : `-n ${netns} `}-batch - <<'END'\n${lines.join('\n')}\nEND`;
}
