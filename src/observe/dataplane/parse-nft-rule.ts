import type { Endpoint, RuleChange, ServiceChain } from './rule-change.ts';

/** `service-HASH-NAMESPACE/NAME/PROTOCOL/PORT`; `local-…` holds the endpoints of this node, for the policy Local. */
const SERVICE_CHAIN = /^(service|local)-[A-Z2-7]{8}-(.+)$/;
/** `endpoint-HASH-NAMESPACE/NAME/PROTOCOL/PORT__ADDRESS/PORT`, up to v1.33 for all Services, later for affinity only. */
const ENDPOINT_CHAIN = /^endpoint-[A-Z2-7]{8}-.*__([\d.]+)\/(\d+)$/;

/**
 * Reads one line of `nft -a monitor` as far as it concerns where kube-proxy (nftables mode) sends IPv4 traffic; `null`
 * when it does not. Written by upstream's pkg/proxy/nftables: a Service's chain is flushed and written anew with each
 * change; a Service that lost its last endpoint has its chain flushed, and deleted some syncs later.
 */
export function parseNftMonitorLine(line: string): RuleChange | null {
  if (line.startsWith('# new generation')) return { op: 'commit' };
  const found = /^(add|insert|replace|delete) (rule|chain) ip kube-proxy (\S+) ?(.*)$/.exec(line);
  if (found === null) return null;
  const [, verb, what, chain = '', rest = ''] = found;
  if (!SERVICE_CHAIN.test(chain)) return null;
  if (what === 'chain') return verb === 'delete' ? { op: 'drop-chain', chain } : null;
  if (verb === 'delete') return { op: 'delete', chain, key: /handle (\d+)/.exec(rest)?.[1] ?? '' };
  return nftRule(chain, rest);
}

/** Reads what `nft -a list table ip kube-proxy` prints, rule by rule. */
export function parseNftListing(text: string): RuleChange[] {
  let chain = '';
  return text.split('\n').flatMap((line) => {
    chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? chain;
    const rule = SERVICE_CHAIN.test(chain) && line.startsWith('\t\t') ? nftRule(chain, line) : null;
    return rule === null ? [] : [rule];
  });
}

function nftRule(chain: string, text: string): RuleChange | null {
  const key = /# handle (\d+)$/.exec(text)?.[1];
  if (key === undefined) return null;
  const jumped = [...text.matchAll(/goto (endpoint-[^\s,}]+)/g)].flatMap(([, name]) =>
    endpointOf(name ?? ''),
  );
  return {
    op: 'add',
    chain,
    key,
    rule: { endpoints: [...translatedTo(text), ...jumped], jumps: [], service: serviceOf(chain) },
  };
}

/** One endpoint: `dnat to A:P`; several: `dnat ip to numgen random mod N map { 0 : A . P, … }`. */
function translatedTo(text: string): Endpoint[] {
  const at = text.indexOf('dnat ');
  if (at < 0) return [];
  const target = text.slice(at);
  const one = /^dnat (?:ip )?to ([\d.]+):(\d+)/.exec(target);
  const found = one === null ? [...target.matchAll(/ : ([\d.]+) \. (\d+)/g)] : [one];
  return found.map(([, address, port]) => endpoint(address ?? '', port ?? ''));
}

function endpointOf(chain: string): Endpoint[] {
  const found = ENDPOINT_CHAIN.exec(chain);
  if (found === null) return [];
  return [endpoint(found[1] ?? '', found[2] ?? '')];
}

function endpoint(podIP: string, port: string): Endpoint {
  return { podIP, podPort: Number(port), protocol: null };
}

function serviceOf(chain: string): ServiceChain | null {
  const found = SERVICE_CHAIN.exec(chain);
  if (found === null) return null;
  return { name: found[2] ?? '', policy: found[1] === 'local' ? 'local' : 'cluster' };
}
