import type { KubeObject, Container, Deployment } from './kube-object.ts';
import { namedGraceSeconds, type Scenario, type Strategy } from '../model/scenario.ts';
import { imageAppContainer, SAMPLE_APP_PORT, sampleAppContainer } from './app-container.ts';
import { buildService } from './build-service.ts';
import {
  EXPIRES_ANNOTATION,
  LABELS,
  ownershipLabels,
  ownMetadata,
  targetSelector,
  type TrialContext,
} from './ownership.ts';
import { patchManifest } from './patch-manifest.ts';
import { strategyContainer } from './strategy-container.ts';
import { withHeadlessService } from './with-headless-service.ts';
import { withoutNodePort } from './without-node-port.ts';
import type { Workload } from './workload.ts';

export interface ManifestInput {
  readonly scenario: Scenario;
  readonly strategy: Strategy;
  readonly trial: TrialContext;
  /** The objects of the user's manifest file (see {@link readManifest}), where the scenario names one. */
  readonly manifest?: readonly KubeObject[];
  /** Where the sample app listens, if elsewhere than usual. */
  readonly samplePort?: number;
}

/**
 * What a trial creates in its namespace: our own Deployment for the sample app or an image, or the user's objects with
 * the strategy patched in; and a Service of ours in front. Pure: the same input gives the same objects.
 *
 * @throws DrainbenchError (exit code 64) when a manifest does not hold what the scenario says it does.
 */
export function buildManifests(input: ManifestInput): Workload {
  const own = withoutNodePort(ownManifests(input), input.scenario);
  return withHeadlessService(own, input.scenario, input.trial);
}

function ownManifests({
  scenario,
  strategy,
  trial,
  manifest,
  samplePort = SAMPLE_APP_PORT,
}: ManifestInput): Workload {
  const { app } = scenario.spec;
  if ('manifest' in app) return patchManifest({ app, strategy, trial, objects: manifest ?? [] });
  const sample = 'sample' in app;
  const port = sample ? samplePort : app.port;
  const container = sample ? sampleAppContainer(app, strategy, port) : imageAppContainer(app);
  // Service names must begin with a letter, trial identifiers begin with their number.
  const name = `t${trial.trialId}`;
  return {
    objects: [
      buildService(name, port, trial),
      deployment({
        name,
        replicas: app.replicas,
        strategy,
        trial,
        container: strategyContainer(container, strategy, port),
      }),
    ],
    target: { kind: 'Deployment', name },
    container: container.name,
    namespace: trial.namespace,
    replicas: app.replicas,
    serviceName: name,
    selector: targetSelector(trial),
  };
}

function deployment(input: {
  readonly name: string;
  readonly replicas: number;
  readonly strategy: Strategy;
  readonly trial: TrialContext;
  readonly container: Container;
}): Deployment {
  const { name, replicas, strategy, trial, container } = input;
  const owned = ownershipLabels(trial);
  const annotations = { [EXPIRES_ANNOTATION]: trial.expiresAt.toISOString() };
  const matchLabels = { [LABELS.run]: trial.runId, [LABELS.trial]: trial.trialId, [LABELS.target]: 'true' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownMetadata('Deployment', name, trial),
    spec: {
      replicas,
      revisionHistoryLimit: 1,
      selector: { matchLabels },
      template: {
        metadata: { labels: { ...owned, ...matchLabels }, annotations },
        spec: {
          terminationGracePeriodSeconds: namedGraceSeconds(strategy),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          // Over the nodes where possible: routing on another node than the Pod's is the slower, harder case.
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels },
            },
          ],
          containers: [container],
        },
      },
    },
  };
}
