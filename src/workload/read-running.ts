import {
  AppsV1Api,
  AutoscalingV2Api,
  CoreV1Api,
  PolicyV1Api,
  type KubeConfig,
  type KubernetesObject,
} from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Deployment, KubeObject, Service, StatefulSet } from './kube-object.ts';
import { selects } from './selects.ts';
import { withoutClusterFields } from './without-cluster-fields.ts';

/** A workload of a cluster as a manifest would have it, with what goes with it. */
export interface RunningWorkload {
  /** The workload first; then the Services that select its Pods, its disruption budgets and its autoscalers. */
  readonly objects: readonly KubeObject[];
  /** What may not be read, a phrase each: of these there may be some that are not among the objects. */
  readonly notRead: readonly string[];
}

export interface WorkloadName {
  readonly namespace: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
}

/**
 * Reads a workload that runs. Nothing but GET requests is sent.
 *
 * @throws DrainbenchError `workload-not-found` (exit code 64), `workload-not-readable`.
 */
export async function readRunning(
  kubeConfig: KubeConfig,
  { namespace, kind, name }: WorkloadName,
  signal: AbortSignal,
): Promise<RunningWorkload> {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const which = { namespace, name };
  const read = kind === 'Deployment' ? apps.readNamespacedDeployment(which) : apps.readNamespacedStatefulSet(which); // prettier-ignore
  const workload = plain(
    await read.catch((error: unknown) => notReadable(error, { namespace, kind, name })),
    'apps/v1',
    kind,
  ) as Deployment | StatefulSet;
  const labels = workload.spec?.template.metadata?.labels ?? {};
  const notRead: string[] = [];
  const all = async (
    what: string,
    listed: Promise<{ readonly items: readonly KubernetesObject[] }>,
  ): Promise<readonly KubernetesObject[]> => {
    try {
      return (await listed).items;
    } catch (error) {
      notRead.push(`${what} (${apiFailure(error).message})`);
      return [];
    }
  };
  const [services, budgets, autoscalers] = await Promise.all([
    all('Services', apiClient(kubeConfig, CoreV1Api, signal).listNamespacedService({ namespace })),
    all(
      'PodDisruptionBudgets',
      apiClient(kubeConfig, PolicyV1Api, signal).listNamespacedPodDisruptionBudget({ namespace }),
    ),
    all(
      'HorizontalPodAutoscalers',
      apiClient(kubeConfig, AutoscalingV2Api, signal).listNamespacedHorizontalPodAutoscaler({ namespace }),
    ),
  ]);
  const objects = [
    workload,
    ...services.map((each) => plain(each, 'v1', 'Service')).filter((each) => isServiceOf(each, labels)),
    ...budgets
      .map((each) => plain(each, 'policy/v1', 'PodDisruptionBudget'))
      .filter((each) => isBudgetOf(each, labels)),
    ...autoscalers
      .map((each) => plain(each, 'autoscaling/v2', 'HorizontalPodAutoscaler'))
      .filter((each) => isAutoscalerOf(each, kind, name)),
  ];
  return { objects: objects.map(withoutClusterFields), notRead };
}

/** As on the wire. Of what is read in a list, or alone, the client drops what kind it is. */
function plain(object: KubernetesObject, apiVersion: string, kind: string): KubeObject {
  return { ...(JSON.parse(JSON.stringify(object)) as KubeObject), apiVersion, kind };
}

function isServiceOf(object: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const { selector = {} } = (object as Service).spec ?? {};
  return Object.keys(selector).length > 0 && selects({ matchLabels: selector }, labels);
}

function isBudgetOf(object: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const { spec } = object as { spec?: { selector?: Parameters<typeof selects>[0] } };
  return spec?.selector !== undefined && selects(spec.selector, labels);
}

function isAutoscalerOf(object: KubeObject, kind: string, name: string): boolean {
  const { spec } = object as { spec?: { scaleTargetRef?: { kind?: string; name?: string } } };
  return spec?.scaleTargetRef?.kind === kind && spec.scaleTargetRef.name === name;
}

function notReadable(error: unknown, { namespace, kind, name }: WorkloadName): never {
  const { httpStatus, message } = apiFailure(error);
  const resource = `${kind.toLowerCase()}s`;
  throw new DrainbenchError({
    code: httpStatus === 404 ? 'workload-not-found' : 'workload-not-readable',
    message:
      httpStatus === 404
        ? `there is no ${kind} ${name} in namespace ${namespace}`
        : `${kind} ${name} in namespace ${namespace} could not be read`,
    found: message,
    fix:
      httpStatus === 404
        ? `kubectl get ${resource} --all-namespaces; then --namespace NAMESPACE --workload ${kind.toLowerCase()}/NAME`
        : `ask for the right to get ${resource} in ${namespace}: kubectl auth can-i get ${resource} --namespace ${namespace}`,
    ...(httpStatus === 404 && { exitCode: EXIT.usage }),
    cause: error,
  });
}
