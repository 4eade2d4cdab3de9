import type { RouteEvent } from '../../model/history-event.ts';
import type { TrialApp } from '../../model/trial-record.ts';

/**
 * Whether the rule is one by which the loads' requests find a Pod: of the app's own Service (of any, where that is not
 * known), and for traffic from everywhere (`externalTrafficPolicy: Cluster`).
 */
export function isOwnRoute({ service, policy }: RouteEvent, app: TrialApp | undefined): boolean {
  if (policy === 'local') return false;
  // NAMESPACE/NAME/PROTOCOL/PORT, of the trial's namespace.
  return app === undefined || service.split('/')[1] === app.service;
}
