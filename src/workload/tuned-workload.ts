import { DEFAULT_GRACE_SECONDS, type Scenario } from '../model/scenario.ts';
import type { TunedWorkload } from '../model/tune.ts';
import { SAMPLE_APP_PORT } from './app-container.ts';
import { buildManifests } from './build-manifests.ts';
import type { Deployment, KubeObject, StatefulSet } from './kube-object.ts';

/** Of what is built only to be looked at. */
const NO_TRIAL = { runId: 'run', trialId: 'trial', namespace: 'namespace', expiresAt: new Date(0) };
/** What a Deployment has that does not say otherwise. */
const DEFAULT_STEP = '25%';

/**
 * What a tuned preStop is patched into, and how a rollout of it goes on.
 *
 * @param manifest the objects of the user's manifest file, where the scenario names one.
 */
export function tunedWorkload(scenario: Scenario, manifest: readonly KubeObject[]): TunedWorkload {
  const [strategy] = scenario.spec.strategies;
  if (strategy === undefined) throw new Error('a scenario has at least one strategy: its schema says so');
  const { target, objects, container, replicas } = buildManifests({
    scenario,
    strategy,
    trial: NO_TRIAL,
    manifest,
  });
  const object = objects.find(({ kind, metadata }) => kind === target.kind && metadata?.name === target.name);
  const podSpec = (object as Deployment | StatefulSet).spec?.template.spec;
  return {
    kind: target.kind,
    name: 'manifest' in scenario.spec.app ? target.name : null,
    container,
    port: 'port' in scenario.spec.app ? scenario.spec.app.port : SAMPLE_APP_PORT,
    graceSeconds: podSpec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    replicas,
    ...(target.kind === 'Deployment'
      ? ofDeployment(object as Deployment, replicas)
      : ofStatefulSet(object as StatefulSet)),
  };
}

type Rollout = Pick<TunedWorkload, 'atOnce' | 'waitsForEnd'>;

/** It counts Pods that end for gone; one of type Recreate does not. */
function ofDeployment({ spec }: Deployment, replicas: number): Rollout {
  const { type, rollingUpdate } = spec?.strategy ?? {};
  if (type === 'Recreate') return { atOnce: Math.max(1, replicas), waitsForEnd: true };
  const surge = stepOf(rollingUpdate?.maxSurge, replicas, Math.ceil);
  const unavailable = stepOf(rollingUpdate?.maxUnavailable, replicas, Math.floor);
  return { atOnce: Math.max(1, surge + unavailable), waitsForEnd: false };
}

function ofStatefulSet({ spec }: StatefulSet): Rollout {
  const { maxUnavailable } = spec?.updateStrategy?.rollingUpdate ?? {};
  const atOnce = typeof maxUnavailable === 'number' ? maxUnavailable : 1;
  return { atOnce: Math.max(1, atOnce), waitsForEnd: true };
}

/** Kubernetes rounds the surge up and what may be missing down. */
function stepOf(
  step: number | string | undefined,
  replicas: number,
  round: (value: number) => number,
): number {
  const written = step ?? DEFAULT_STEP;
  if (typeof written === 'number') return written;
  return round((Number.parseFloat(written) / 100) * replicas);
}
