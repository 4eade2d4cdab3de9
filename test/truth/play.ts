import type { Distractor } from './distractor.ts';
import type { Fault } from './fault.ts';

export const PROXY_MODES = ['nftables', 'iptables'] as const;
export type ProxyMode = (typeof PROXY_MODES)[number];

/** One fault, with what distracts from it, in one proxy mode. */
export interface Play {
  readonly proxyMode: ProxyMode;
  readonly fault: Fault;
  /** Empty: nothing else happens. */
  readonly distractors: readonly Distractor[];
  /** Name of this choice of distractors; `plain` for none. */
  readonly cast: string;
}
