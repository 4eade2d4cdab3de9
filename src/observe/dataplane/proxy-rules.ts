import { parseIptablesListing, parseXtablesMonitorLine } from './parse-iptables-rule.ts';
import { parseNftListing, parseNftMonitorLine } from './parse-nft-rule.ts';
import type { RuleChange } from './rule-change.ts';

/** How the rules of one kind of kube-proxy are listed, and how their changes are heard of. */
export interface ProxyRules {
  readonly monitor: readonly string[];
  readonly parseLine: (line: string) => RuleChange | null;
  readonly list: readonly string[];
  readonly parseListing: (text: string) => readonly RuleChange[];
}

export const nftablesRules: ProxyRules = {
  monitor: ['nft', '-a', 'monitor'],
  parseLine: parseNftMonitorLine,
  list: ['nft', '-a', 'list', 'table', 'ip', 'kube-proxy'],
  parseListing: parseNftListing,
};

/** iptables on nftables. Its own monitor, since `nft monitor` does not print the comments that name the Service. */
export const iptablesRules: ProxyRules = {
  // Left to itself it fills a buffer of 4 KiB before it prints.
  monitor: ['stdbuf', '-oL', 'xtables-monitor', '-e', '-4'],
  parseLine: parseXtablesMonitorLine,
  // `iptables-save` is the other kind where the command of the name iptables is.
  list: ['iptables-nft-save', '-t', 'nat'],
  parseListing: parseIptablesListing,
};

/** iptables of old announces nothing: its rules can only be listed again and again. */
export const legacyIptablesRules: Pick<ProxyRules, 'list' | 'parseListing'> = {
  list: ['iptables-legacy-save', '-t', 'nat'],
  parseListing: parseIptablesListing,
};
