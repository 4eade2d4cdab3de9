import type { KubeObject, Container, Deployment, PodTemplate, StatefulSet } from './kube-object.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { App, Strategy } from '../model/scenario.ts';
import { findAutoscaler } from './autoscaler.ts';
import { buildService } from './build-service.ts';
import {
  EXPIRES_ANNOTATION,
  LABELS,
  ownershipLabels,
  ownMetadata,
  targetSelector,
  type TrialContext,
} from './ownership.ts';
import { strategyContainer } from './strategy-container.ts';
import type { Workload } from './workload.ts';

type ManifestApp = Extract<App, { manifest: string }>;
type Target = Deployment | StatefulSet;

/** Kinds that live outside of namespaces: creating one would touch what is not ours. */
const CLUSTER_SCOPED = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CSIDriver',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

const WORKLOADS = new Set(['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet']);

/**
 * The user's own objects with the strategy patched into the named workload, as far as it names them: its grace period,
 * and its container's preStop hook, environment and readiness probe. What it does not name stays as it is. Every object moves to the trial's
 * namespace and carries our labels; the Pods that get the load carry one more, by which our Service selects them.
 */
export function patchManifest(input: {
  readonly app: ManifestApp;
  readonly strategy: Strategy;
  readonly trial: TrialContext;
  readonly objects: readonly KubeObject[];
}): Workload {
  const { app, strategy, trial, objects } = input;
  const clusterScoped = objects.find(({ kind }) => CLUSTER_SCOPED.has(kind ?? ''));
  if (clusterScoped) {
    throw wrong(
      'manifest-cluster-scoped',
      app,
      `has ${title(clusterScoped)}, which lives outside of namespaces`,
      {
        expected: "namespaced objects only: nothing outside the run's own namespace is touched",
        fix: 'create it by hand beforehand, and take it out of the manifest',
      },
    );
  }
  const target = objects.find(
    ({ kind, metadata }) => kind === app.workload.kind && metadata?.name === app.workload.name,
  );
  if (target === undefined) {
    throw wrong('manifest-workload-missing', app, `has no ${app.workload.kind} ${app.workload.name}`, {
      expected: `the workload that spec.app.workload names`,
      found: objects.map(title).join(', ') || 'no objects',
    });
  }
  const { patched, container } = patchTarget(target, app, strategy, trial);
  const serviceName = `t${trial.trialId}`;
  const autoscaler = findAutoscaler(objects, app.workload);
  return {
    objects: [
      ...objects.map((object) => owned(object === target ? patched : withPodLabels(object, trial), trial)),
      buildService(serviceName, app.port, trial),
    ],
    target: app.workload,
    container,
    namespace: trial.namespace,
    replicas: patched.spec?.replicas ?? 1,
    ...(autoscaler !== null && { autoscaler }),
    serviceName,
    selector: targetSelector(trial),
  };
}

/** The target with the strategy in it, and the name of the container that got it. */
function patchTarget(
  target: Target,
  app: ManifestApp,
  strategy: Strategy,
  trial: TrialContext,
): { readonly patched: Target; readonly container: string } {
  const template: PodTemplate = target.spec?.template ?? {};
  if (template.spec?.hostNetwork === true) {
    throw wrong('manifest-host-network', app, `${title(target)} has hostNetwork: true`, {
      expected: 'Pods with addresses of their own: on that of its node a Pod cannot be told from the node',
      fix: 'take hostNetwork out of its Pod template for the measurement',
    });
  }
  const containers = template.spec?.containers ?? [];
  const index = app.container === undefined ? 0 : containers.findIndex(({ name }) => name === app.container);
  const container: Container | undefined = containers[index];
  if (container === undefined) {
    throw wrong(
      'manifest-container-missing',
      app,
      `${title(target)} has no container ${app.container ?? 'at all'}`,
      {
        expected: 'the container that spec.app.container names',
        found: containers.map(({ name }) => name).join(', ') || 'no containers',
      },
    );
  }
  const labels = { ...template.metadata?.labels, ...ownershipLabels(trial), [LABELS.target]: 'true' };
  const spec = {
    ...target.spec,
    template: {
      ...template,
      metadata: { ...template.metadata, labels, annotations: expiring(template.metadata, trial) },
      spec: {
        ...template.spec,
        ...(strategy.terminationGracePeriodSeconds !== 'own' && {
          terminationGracePeriodSeconds: strategy.terminationGracePeriodSeconds,
        }),
        containers: containers.with(index, strategyContainer(container, strategy, app.port)),
      },
    },
    ...('volumeClaimTemplates' in (target.spec ?? {}) && {
      volumeClaimTemplates: (target as StatefulSet).spec?.volumeClaimTemplates?.map((claim) => ({
        ...claim,
        metadata: {
          ...claim.metadata,
          labels: { ...claim.metadata?.labels, ...ownershipLabels(trial) },
          annotations: expiring(claim.metadata, trial),
        },
      })),
    }),
  };
  return { patched: { ...target, spec } as Target, container: container.name };
}

/** The Pods of the other workloads carry our labels too, so that the clean-up finds them; but no load. */
function withPodLabels(object: KubeObject, trial: TrialContext): KubeObject {
  if (!WORKLOADS.has(object.kind ?? '')) return object;
  const { spec } = object as Deployment;
  if (spec === undefined) return object;
  const labels = { ...spec.template.metadata?.labels, ...ownershipLabels(trial) };
  const annotations = expiring(spec.template.metadata, trial);
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels, annotations } };
  return { ...object, spec: { ...spec, template } } as KubeObject;
}

function owned(object: KubeObject, trial: TrialContext): KubeObject {
  const own = ownMetadata(object.kind ?? '', object.metadata?.name ?? '', trial);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      namespace: own.namespace,
      labels: { ...object.metadata?.labels, ...own.labels },
      annotations: { ...object.metadata?.annotations, ...own.annotations },
    },
  };
}

function expiring(metadata: KubeObject['metadata'], trial: TrialContext): Record<string, string> {
  return { ...metadata?.annotations, [EXPIRES_ANNOTATION]: trial.expiresAt.toISOString() };
}

function title(object: KubeObject): string {
  return `${object.kind ?? '(no kind)'} ${object.metadata?.name ?? '(no name)'}`;
}

function wrong(
  code: string,
  app: ManifestApp,
  what: string,
  details: { readonly expected?: string; readonly found?: string; readonly fix?: string },
): DrainbenchError {
  return new DrainbenchError({ code, message: `${app.manifest}: ${what}`, ...details, exitCode: EXIT.usage });
}
