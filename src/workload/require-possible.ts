import { countOf } from '../model/count-of.ts';
import { disruptsApp } from '../model/disrupts-app.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Disruption, Scenario } from '../model/scenario.ts';
import { buildManifests } from './build-manifests.ts';
import type { Deployment, KubeObject, StatefulSet } from './kube-object.ts';
import type { Workload } from './workload.ts';

/** Of what is built only to be looked at. */
const NO_TRIAL = { runId: 'run', trialId: 'trial', namespace: 'namespace', expiresAt: new Date(0) };

/**
 * Holds a scenario's disruptions against the workload that they are to be done to, as far as its objects tell; to be
 * called before anything is created.
 *
 * @param manifest the objects of the user's manifest file, where the scenario names one.
 * @throws DrainbenchError (exit code 64) `disruption-cannot-happen`; and what a manifest lacks, as `buildManifests` does.
 */
export function requirePossible(scenario: Scenario, manifest: readonly KubeObject[]): void {
  const [workload] = scenario.spec.strategies.map((strategy) =>
    buildManifests({ scenario, strategy, trial: NO_TRIAL, manifest }),
  );
  if (workload === undefined) throw new Error('a scenario has at least one strategy: its schema says so');
  for (const disruption of scenario.spec.disruptions) {
    const obstacle = obstacleTo(disruption, workload);
    if (obstacle === null) continue;
    const { kind, name } = workload.target;
    throw new DrainbenchError({
      code: 'disruption-cannot-happen',
      message: `disruption ${disruption.type} cannot happen to ${kind} ${name}: ${obstacle.why}`,
      fix: obstacle.fix,
      exitCode: EXIT.usage,
    });
  }
}

interface Obstacle {
  readonly why: string;
  readonly fix: string;
}

function obstacleTo(disruption: Disruption, workload: Workload): Obstacle | null {
  if (!disruptsApp(disruption)) return null;
  const { replicas, autoscaler } = workload;
  const most = autoscaler === undefined ? replicas : (autoscaler.bounds?.max ?? Infinity);
  if (most === 0) return { why: 'it has no Pods (replicas: 0)', fix: 'give it replicas' };
  const { spec } = targetOf(workload);
  if (spec !== undefined && 'paused' in spec && spec.paused)
    return { why: 'it is paused, so that its controller makes no Pods', fix: 'take `spec.paused` out' };
  if ('pods' in disruption && typeof disruption.pods === 'number' && disruption.pods > most)
    return { why: `it has ${countOf(most, 'Pod')}, not ${disruption.pods}`, fix: 'set `pods` lower' };
  switch (disruption.type) {
    case 'rollout-restart':
      return obstacleToRollout(targetOf(workload));
    case 'scale-down':
      return obstacleToScaling(disruption.replicas, workload);
    case 'kill-container':
      return obstacleToKilling(disruption.container ?? workload.container, targetOf(workload));
    default:
      return null;
  }
}

function targetOf({ objects, target }: Workload): Deployment | StatefulSet {
  const found = objects.find(({ kind, metadata }) => kind === target.kind && metadata?.name === target.name);
  if (found === undefined) throw new Error('a workload holds its own target');
  return found;
}

function obstacleToRollout({ spec }: Deployment | StatefulSet): Obstacle | null {
  if (spec === undefined || !('updateStrategy' in spec)) return null;
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type === 'OnDelete') {
    return {
      why: 'updateStrategy OnDelete: a restart deletes nothing, each Pod stays until somebody deletes it',
      fix: 'use the disruption delete or delete-many, which is what happens to such Pods; or set updateStrategy.type to RollingUpdate',
    };
  }
  const { partition = 0 } = rollingUpdate ?? {};
  const replicas = spec.replicas ?? 1;
  if (partition < replicas) return null;
  return {
    why: `updateStrategy.rollingUpdate.partition ${partition} keeps ${replicas === 1 ? 'its 1 Pod' : `all of its ${replicas} Pods`}`,
    fix: 'set the partition lower than the number of replicas',
  };
}

function obstacleToScaling(left: number, { replicas, autoscaler }: Workload): Obstacle | null {
  if (autoscaler === undefined) {
    if (left < replicas) return null;
    return {
      why: `it has ${countOf(replicas, 'Pod')}, so that ${left} left means that none goes`,
      fix: `set \`replicas\` of the disruption below ${replicas}`,
    };
  }
  const { kind, name, bounds } = autoscaler;
  if (bounds === null || left >= bounds.min) return null;
  return {
    why: `${kind} ${name} keeps at least ${countOf(bounds.min, 'Pod')}, and brings back what goes below that`,
    fix: `set \`replicas\` of the disruption to ${bounds.min} or more, or take ${kind} ${name} out of the manifest`,
  };
}

function obstacleToKilling(container: string, { spec }: Deployment | StatefulSet): Obstacle | null {
  const { initContainers = [], containers = [] } = spec?.template.spec ?? {};
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const names = [...sidecars, ...containers].map(({ name }) => name);
  if (names.includes(container)) return null;
  return {
    why: `its Pods have no container ${container} that goes on running`,
    fix: `name one of ${names.join(', ')}`,
  };
}
