import type { ObserveContext, Observer } from '../observer.ts';
import { followRules } from './follow-rules.ts';
import { iptablesKind } from './iptables-kind.ts';
import type { OnNode } from './on-node.ts';
import { pollRules } from './poll-rules.ts';
import { iptablesRules, legacyIptablesRules, nftablesRules } from './proxy-rules.ts';
import { RouteRecorder } from './route-recorder.ts';

/**
 * Records when kube-proxy on `node` begins or stops to send a Service's IPv4 traffic to a Pod address
 * (`endpoint-routed`), for the Services of `namespace`; what is routed at the start is recorded as `listed`. Resolves
 * when every later change will be seen, and never rejects: what cannot be seen is an `observation-gap`.
 *
 * @param proxyMode kube-proxy's `mode`: `nftables` or `iptables` (`Cluster.proxyMode`)
 */
export async function observeRoutes(
  onNode: OnNode,
  node: string,
  proxyMode: string,
  namespace: string,
  context: ObserveContext,
): Promise<Observer> {
  const recorder = new RouteRecorder(node, namespace, context);
  if (proxyMode === 'nftables') return followRules(onNode, node, nftablesRules, recorder, context);
  if (proxyMode !== 'iptables')
    return blind(recorder, `no way is known to see the rules of mode ${proxyMode}`);
  try {
    const kind = await iptablesKind(onNode, node);
    return await (kind === 'legacy'
      ? pollRules(onNode, node, legacyIptablesRules, recorder, context)
      : followRules(onNode, node, iptablesRules, recorder, context));
  } catch (error) {
    return blind(recorder, error instanceof Error ? error.message : String(error));
  }
}

/** Sees nothing, and says so when the trial is over. */
function blind(recorder: RouteRecorder, reason: string): Observer {
  const fromNs = recorder.nowNs();
  return {
    stop: () => {
      recorder.gap(fromNs, reason);
      return Promise.resolve();
    },
  };
}
