import type { ExistingSession } from '../../cluster/existing/existing-session.ts';
import { countOf } from '../../model/count-of.ts';

/** What a run can see on a cluster that is not ours, in lines for the terminal. */
export function describeCapabilities({ context, identity, probed, kubeConfig }: ExistingSession): string[] {
  const { capabilities, serverVersion, nodes, proxyMode } = probed;
  const seen = [
    ['watch on Pods, EndpointSlices and Events', capabilities.watch],
    ['container logs', capabilities.logs],
    ['nodes', capabilities.nodes],
    ['audit log', capabilities.audit],
  ] as const;
  const names = (wanted: boolean) => seen.filter(([, is]) => is === wanted).map(([name]) => name).join(', ') || 'nothing'; // prettier-ignore
  return [
    `context ${context}: ${kubeConfig.getCurrentCluster()?.server ?? ''}, Kubernetes ${serverVersion}, ${capabilities.nodes ? countOf(nodes.length, 'Ready node') : 'nodes may not be listed'}, kube-proxy mode ${proxyMode}; namespace ${identity.namespace} is ${identity.uid}`,
    `can be seen: ${names(true)}; not: ${names(false)}, kernel and kube-proxy of the nodes`,
    `a node agent ${capabilities.nodeAgent ? 'may' : 'may not'} be deployed`,
  ];
}
