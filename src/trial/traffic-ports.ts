import type { TrafficPorts } from './observe-evidence.ts';
import type { RunContext } from './run-context.ts';
import type { AppAddresses } from './start-loads.ts';

/** At which ports the loads' traffic can be seen, and from which addresses it goes to Pods directly. */
export function trafficPorts(
  { scenario, insideLoads }: Pick<RunContext, 'scenario' | 'insideLoads'>,
  { appPort, nodePort, servicePort }: AppAddresses,
): TrafficPorts {
  const inside = scenario.spec.loads.filter(({ from }) => from === 'inside');
  return {
    app: appPort,
    node: nodePort,
    service: inside.some(({ via }) => via === 'clusterIP') ? servicePort : null,
    directClients: inside
      .filter(({ via }) => via === 'headless')
      .flatMap((spec) => insideLoads?.podOf(spec).ip ?? []),
  };
}
