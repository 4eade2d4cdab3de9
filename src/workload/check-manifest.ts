import type * as k8s from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';
import type { Disruption, Scenario } from '../model/scenario.ts';
import type { Finding } from '../model/verdict.ts';
import { allowsNoEviction } from './allows-no-eviction.ts';
import { findAutoscaler, type Autoscaler } from './autoscaler.ts';
import type { Deployment, KubeObject, Service, StatefulSet } from './kube-object.ts';
import { selects } from './selects.ts';

type Budget = Plain<k8s.V1PodDisruptionBudget>;
type Target = Deployment | StatefulSet;

/**
 * What else in a user's manifest has a say in what happens to the workload, or is not measured although it looks so:
 * Services of the user's own, an autoscaler, disruption budgets. What a reader of the results must know.
 */
export function checkManifest({ spec }: Scenario, objects: readonly KubeObject[]): Finding[] {
  const { app, disruptions, strategies } = spec;
  if (!('manifest' in app)) return [];
  const { kind: wanted, name: named } = app.workload;
  const target = objects.find(({ kind, metadata }) => kind === wanted && metadata?.name === named);
  if (target === undefined) return [];
  const autoscaler = findAutoscaler(objects, app.workload);
  return [
    ...(strategies.some(({ asIs }) => asIs === true) ? [] : [NOT_AS_IS]),
    ...objects.flatMap((object) => serviceFindings(object, target)),
    ...(autoscaler === null ? [] : [autoscalerFinding(autoscaler, app.workload)]),
    ...budgetFindings(objects, target, disruptions),
  ];
}

const NOT_AS_IS: Finding = {
  code: 'as-is-not-measured',
  severity: 'info',
  message:
    'no strategy measures the manifest as it is: `- { name: as-is, asIs: true }`, put first, makes it what the others are compared with.',
};

function labelsOf({ spec }: Target): Readonly<Record<string, string>> {
  return spec?.template.metadata?.labels ?? {};
}

function serviceFindings(object: KubeObject, target: Target): Finding[] {
  if (object.kind !== 'Service') return [];
  const { metadata, spec }: Service = object;
  const name = metadata?.name ?? '';
  const { selector = {} } = spec ?? {};
  if (Object.keys(selector).length === 0 || !selects({ matchLabels: selector }, labelsOf(target))) return [];
  // What a StatefulSet needs for its Pods' names is no way for requests.
  if (spec?.clusterIP === 'None' && 'serviceName' in (target.spec ?? {})) return [];
  const settings = settingsOf(spec);
  const what = `Service ${name} of the manifest selects the same Pods, and gets none of the load: that goes to a Service of drainbench's own (NodePort, externalTrafficPolicy Cluster, no session affinity).`;
  return [
    settings.length === 0
      ? { code: 'own-service-without-load', severity: 'info', message: what }
      : {
          code: 'own-service-without-load',
          severity: 'warning',
          message: `${what} What is set on ${name} (${settings.join(', ')}) is not measured.`,
        },
  ];
}

/** What makes a Service send otherwise than ours does. */
function settingsOf(spec: Service['spec']): string[] {
  const { type = 'ClusterIP', externalTrafficPolicy, internalTrafficPolicy, sessionAffinity } = spec ?? {};
  return [
    ...(spec?.clusterIP === 'None' ? ['clusterIP None'] : []),
    ...(type === 'LoadBalancer' || type === 'ExternalName' ? [`type ${type}`] : []),
    ...(externalTrafficPolicy === 'Local' ? ['externalTrafficPolicy Local'] : []),
    ...(internalTrafficPolicy === 'Local' ? ['internalTrafficPolicy Local'] : []),
    ...(sessionAffinity === 'ClientIP' ? ['sessionAffinity ClientIP'] : []),
    ...(spec?.trafficDistribution === undefined ? [] : [`trafficDistribution ${spec.trafficDistribution}`]),
    ...(spec?.publishNotReadyAddresses === true ? ['publishNotReadyAddresses'] : []),
  ];
}

function autoscalerFinding(
  { kind, name, bounds }: Autoscaler,
  target: { readonly kind: string; readonly name: string },
): Finding {
  const title = `${target.kind} ${target.name}`;
  if (bounds === null) {
    const message = `${kind} ${name} of the manifest scales ${title}, and is not waited for: Pods that come or go by it are part of what is measured.`;
    return { code: 'autoscaler-not-awaited', severity: 'warning', message };
  }
  const message = `${kind} ${name} of the manifest keeps ${title} at ${bounds.min} to ${bounds.max} Pods: each trial waits for the number that it has decided on.`;
  return { code: 'autoscaler', severity: 'info', message };
}

/** Of the Eviction API, which alone asks budgets. */
function budgetFindings(
  objects: readonly KubeObject[],
  target: Target,
  disruptions: readonly Disruption[],
): Finding[] {
  const evictions = disruptions.filter(({ type }) => type === 'evict' || type === 'drain');
  return objects
    .filter(({ kind }) => kind === 'PodDisruptionBudget')
    .flatMap((object): Finding[] => {
      const { metadata, spec }: Budget = object;
      const title = `PodDisruptionBudget ${metadata?.name ?? ''}`;
      const warning = (code: string, message: string): Finding[] => [{ code, severity: 'warning', message }];
      if (spec?.selector === undefined || !selects(spec.selector, labelsOf(target)))
        return warning('budget-selects-nothing', `${title} of the manifest selects none of the Pods of ${target.metadata?.name ?? ''}: it protects nothing there.`); // prettier-ignore
      if (evictions.length === 0) return [];
      if (evictions.some((each) => 'maxUnavailable' in each && each.maxUnavailable !== undefined))
        return warning('budget-twice', `${title} of the manifest and the budget that \`maxUnavailable\` makes select the same Pods: the Eviction API refuses Pods that have two.`); // prettier-ignore
      return allowsNoEviction(spec, target.spec?.replicas ?? 1)
        ? warning('budget-allows-none', `${title} of the manifest never allows an eviction: the trials that evict will be void.`) // prettier-ignore
        : [];
    });
}
