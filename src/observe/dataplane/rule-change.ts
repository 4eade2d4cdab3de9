/** What kube-proxy's rules say about one Service port, cut down to what decides where traffic goes. */
export type RuleChange =
  /** `key` identifies the rule in its chain: a handle, or the rule's own text. Adding one that is there is no change. */
  | { readonly op: 'add'; readonly chain: string; readonly key: string; readonly rule: ServiceRule }
  | { readonly op: 'delete'; readonly chain: string; readonly key: string }
  | { readonly op: 'drop-chain'; readonly chain: string }
  /** Everything since the last commit took effect at once. */
  | { readonly op: 'commit' };

/** A rule of a Service's chain (or, in iptables mode, of an endpoint's) that names where it sends traffic. */
export interface ServiceRule {
  /** Address and port that the rule itself translates to. */
  readonly endpoints: readonly Endpoint[];
  /** Endpoint chains that it jumps to. */
  readonly jumps: readonly string[];
  /** Service and policy, where this rule tells them. */
  readonly service: ServiceChain | null;
}

export interface Endpoint {
  readonly podIP: string;
  readonly podPort: number;
  /** Protocol as kube-proxy writes it (`tcp`), where this rule tells it. */
  readonly protocol: string | null;
}

export interface ServiceChain {
  /** `NAMESPACE/NAME/PROTOCOL/PORT_NAME`; in iptables mode the protocol is the endpoint's to tell, here `*`. */
  readonly name: string;
  /** Which traffic policy the chain is for: `cluster` takes endpoints of all nodes, `local` this node's. */
  readonly policy: 'cluster' | 'local';
}
