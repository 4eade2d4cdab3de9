import type { RuleChange, ServiceChain, ServiceRule } from './rule-change.ts';

const CHAIN = /^KUBE-(?:SVC|SVL|SEP)-/;

/**
 * Reads one line of `xtables-monitor -e -4` as far as it concerns where kube-proxy (iptables mode) sends traffic; `null`
 * when it does not. Written by upstream's pkg/proxy/iptables: KUBE-SVC-… (policy Cluster) and KUBE-SVL-… (policy
 * Local) jump to one KUBE-SEP-… chain an endpoint, with a comment `NAMESPACE/NAME:PORT -> ADDRESS:PORT`, and that chain
 * translates the address. Each change rewrites a Service's chains in one transaction.
 */
export function parseXtablesMonitorLine(line: string): RuleChange | null {
  if (line.startsWith('NEWGEN:')) return { op: 'commit' };
  const found = /^ EVENT: -4 -t nat (.*)$/.exec(line);
  return found === null ? null : parseRule(found[1] ?? '');
}

/** Reads what `iptables-save -t nat` prints, rule by rule. */
export function parseIptablesListing(text: string): RuleChange[] {
  return text.split('\n').flatMap((line) => parseRule(line) ?? []);
}

function parseRule(text: string): RuleChange | null {
  const [verb, chain = '', ...words] = text.split(' ');
  if (!CHAIN.test(chain)) return null;
  const key = words.join(' ');
  if (verb === '-A' || verb === '-I') return { op: 'add', chain, key, rule: serviceRule(chain, key) };
  if (verb === '-D') return { op: 'delete', chain, key };
  return verb === '-X' ? { op: 'drop-chain', chain } : null;
}

function serviceRule(chain: string, text: string): ServiceRule {
  const translated = /-j DNAT --to-destination ([\d.]+):(\d+)/.exec(text);
  if (translated !== null) {
    const protocol = /-p (\S+)/.exec(text)?.[1] ?? null;
    const endpoint = { podIP: translated[1] ?? '', podPort: Number(translated[2]), protocol };
    return { endpoints: [endpoint], jumps: [], service: null };
  }
  const jump = /-j (KUBE-SEP-\S+)/.exec(text)?.[1];
  return { endpoints: [], jumps: jump === undefined ? [] : [jump], service: serviceOf(chain, text) };
}

function serviceOf(chain: string, text: string): ServiceChain | null {
  const found = /--comment "?([^":\s]+)(?::(\S+))? -> /.exec(text);
  if (found === null) return null;
  const [, name = '', port = ''] = found;
  return { name: `${name}/*/${port}`, policy: chain.startsWith('KUBE-SVL-') ? 'local' : 'cluster' };
}
