import type { OnNode } from './on-node.ts';
import { iptablesRules } from './proxy-rules.ts';
import { runOnNode } from './run-on-node.ts';

/** kube-proxy makes it before all others. */
const CHAIN = /^:KUBE-SERVICES /m;
/** With what every node has. */
const READ_TABLES = 'while read -r it; do echo "$it"; done < /proc/net/ip_tables_names';

/**
 * Which of the two kernels' tables kube-proxy's iptables rules are in: where its chain is. The command of that name may
 * be the other kind, above all where it is the host's and the node is a container. Where the chain is in neither yet,
 * the command decides.
 *
 * @throws NodeCommandError when there is no iptables
 */
export async function iptablesKind(onNode: OnNode, node: string): Promise<'nft' | 'legacy'> {
  const run = (...command: readonly string[]) => runOnNode(onNode, node, command);
  const version = await run('iptables', '-V');
  const fallback = version.includes('legacy') ? 'legacy' : 'nft';
  const nft = await run(...iptablesRules.list).catch(() => '');
  if (CHAIN.test(nft)) return 'nft';
  // To list a table that is not there would make it: the kernel is asked first which there are.
  const tables = await run('sh', '-c', READ_TABLES).catch(() => '');
  if (!/^nat$/m.test(tables)) return fallback;
  const legacy = await run('iptables-legacy-save', '-t', 'nat').catch(() => '');
  return CHAIN.test(legacy) ? 'legacy' : fallback;
}
