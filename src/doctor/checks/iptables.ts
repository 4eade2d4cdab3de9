import type { Check } from '../check.ts';
import { inNamespaces } from '../in-namespaces.ts';
import { asRoot } from '../install-fix.ts';
import { kernelFix } from '../kernel-fix.ts';

/** What kube-proxy's iptables mode is made of. */
const RULES = `*nat
:DBD-SVC - [0:0]
:DBD-SEP - [0:0]
-A PREROUTING -m comment --comment "drainbench doctor" -m addrtype --dst-type LOCAL -j DBD-SVC
-A DBD-SVC -m comment --comment "one of two" -m statistic --mode random --probability 0.5 -j DBD-SEP
-A DBD-SEP -p tcp -m tcp -j DNAT --to-destination 198.18.0.2:80
-A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A POSTROUTING -j MARK --xor-mark 0x4000
-A POSTROUTING -j MASQUERADE --random-fully
COMMIT
*filter
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -j REJECT
COMMIT
`;

export const iptablesCheck: Check = {
  id: 'iptables',
  title: 'iptables (for --proxy-mode iptables)',
  drivers: ['embedded'],
  expected: 'the nf_tables variant, with comment, statistic, addrtype, conntrack, DNAT and MASQUERADE',
  weight: 'wanted',
  needs: { linux: true, root: true, commands: ['unshare', 'iptables', 'iptables-restore'] },
  async run(context) {
    const version = await context.run('iptables', ['--version']);
    if (!version.stdout.includes('nf_tables')) {
      const command = `${asRoot(context.host)}update-alternatives --set iptables /usr/sbin/iptables-nft`;
      // The choice holds for the whole machine: firewalls in use depend on it, so it is left to the user.
      return { status: 'warn', found: version.stdout || version.reason, fix: { command, automatic: false } };
    }
    const outcome = await inNamespaces(context, ['net'], 'iptables-restore --noflush', [], RULES);
    if (outcome.ok) return { status: 'ok', found: `${version.stdout.trim()}; rule set accepted` };
    const modules = [
      'nft_compat',
      'xt_comment',
      'xt_statistic',
      'xt_addrtype',
      'xt_conntrack',
      'xt_MASQUERADE',
      'xt_nat',
    ];
    const fix = kernelFix(context.host, modules, 'CONFIG_NFT_COMPAT and the xtables matches kube-proxy uses');
    return { status: 'warn', found: outcome.reason, fix };
  },
};
