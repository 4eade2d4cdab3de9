import type { Scenario } from '../model/scenario.ts';
import { buildHeadlessService } from './build-service.ts';
import type { Service } from './kube-object.ts';
import type { TrialContext } from './ownership.ts';
import type { Workload } from './workload.ts';

/** The workload with a second Service, where a load goes to the Pods' own addresses. */
export function withHeadlessService(workload: Workload, scenario: Scenario, trial: TrialContext): Workload {
  if (!scenario.spec.loads.some(({ via }) => via === 'headless')) return workload;
  const { appPort } = portsOf(workload);
  const headless = buildHeadlessService(headlessServiceName(workload), appPort, trial);
  return { ...workload, objects: [headless, ...workload.objects] };
}

export function headlessServiceName({ serviceName }: Pick<Workload, 'serviceName'>): string {
  return `${serviceName}-pods`;
}

/** Our own Service sends its one port to one port of the containers. */
export function portsOf({ objects, serviceName }: Workload): {
  readonly appPort: number;
  readonly servicePort: number;
} {
  const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata?.name === serviceName);
  const port = (service as Service | undefined)?.spec?.ports?.[0];
  if (port === undefined) throw new Error('the trial has no Service with a port');
  return { appPort: Number(port.targetPort ?? port.port), servicePort: port.port };
}
