import type { Scenario } from '../model/scenario.ts';
import type { Service } from './kube-object.ts';
import type { Workload } from './workload.ts';

/**
 * The workload with its own Service at an address inside the cluster alone, where no load goes by a NodePort: nothing is
 * opened on the nodes for anybody then. Services of the user's are left as they are.
 */
export function withoutNodePort(workload: Workload, { spec: { loads } }: Scenario): Workload {
  if (loads.some(({ from, via }) => from === 'host' || via === 'nodePort')) return workload;
  const objects = workload.objects.map((object) =>
    object.kind === 'Service' && object.metadata?.name === workload.serviceName ? inside(object) : object,
  );
  return { ...workload, objects };
}

function inside(service: Service): Service {
  const spec = { ...service.spec, type: 'ClusterIP' };
  // It is about what comes by a node, and refused for a Service to which nothing does.
  delete spec.externalTrafficPolicy;
  return { ...service, spec };
}
