import type { Check } from '../check.ts';
import { inNamespaces } from '../in-namespaces.ts';
import { kernelFix } from '../kernel-fix.ts';

/** What kube-proxy's nftables mode is made of: verdict maps, numgen, nat hooks, sets, fib, reject, masquerade. */
const RULES = `
table ip drainbench-doctor {
  comment "rules for kube-proxy"
  set firewall { type ipv4_addr . inet_proto . inet_service; }
  map services { type ipv4_addr . inet_proto . inet_service : verdict; }
  chain endpoint-1 { ip saddr 198.18.0.2 meta mark set mark or 0x4000; meta l4proto tcp dnat to 198.18.0.2:80; }
  chain endpoint-2 { meta l4proto tcp dnat to 198.18.0.3:80; }
  chain service { numgen random mod 2 vmap { 0 : goto endpoint-1, 1 : goto endpoint-2 }; }
  chain refuse { reject; }
  chain nat-prerouting { type nat hook prerouting priority dstnat; ip daddr . meta l4proto . th dport vmap @services; fib daddr type local counter; }
  chain nat-postrouting { type nat hook postrouting priority srcnat; meta mark and 0x4000 != 0 masquerade fully-random; }
  chain filter-input { type filter hook input priority filter; ct state new ip daddr . meta l4proto . th dport @firewall drop; }
}
add element ip drainbench-doctor services { 198.18.64.1 . tcp . 80 : goto service }
`;

export const nftablesCheck: Check = {
  id: 'nftables',
  title: 'nftables',
  drivers: ['embedded'],
  expected: 'nat hooks, verdict maps, numgen, masquerade: what kube-proxy writes in nftables mode',
  weight: 'required',
  needs: { linux: true, root: true, commands: ['unshare', 'nft'] },
  async run(context) {
    const outcome = await inNamespaces(context, ['net'], 'nft -f - && nft --version', [], RULES);
    if (outcome.ok) return { status: 'ok', found: `${outcome.stdout.trim()}; rule set accepted` };
    const modules = [
      'nf_tables',
      'nft_chain_nat',
      'nft_numgen',
      'nft_masq',
      'nft_fib_ipv4',
      'nft_reject_ipv4',
    ];
    return {
      status: 'fail',
      found: outcome.reason,
      fix: kernelFix(
        context.host,
        modules,
        'CONFIG_NF_TABLES, CONFIG_NFT_NAT, CONFIG_NFT_NUMGEN and CONFIG_NFT_MASQ',
      ),
    };
  },
};
