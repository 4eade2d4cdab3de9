import type { KubeConfig } from '@kubernetes/client-node';

import { execProgram } from '../cluster/kube/exec-program.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { RemoteProgram } from '../model/remote-program.ts';
import type { LoadSpec, Scenario } from '../model/scenario.ts';
import type { OwnedObject } from '../workload/apply-workload.ts';
import { LOAD } from '../workload/build-load-pod.ts';
import type { InsideContext } from '../workload/build-node-agents.ts';
import { loadPodName } from '../workload/load-pods.ts';
import { waitForCreatedPods, type InsidePod } from './inside-pods.ts';
import { NODE_PROGRAMS } from './node-image.ts';

/** The Pods of a run that its inside loads run in, one for each node that the scenario names. */
export interface InsideLoads {
  podOf(spec: LoadSpec): InsidePod;
  /** Starts the load worker in the load's Pod. */
  start(spec: LoadSpec): Promise<RemoteProgram>;
}

const RUNNING_WITHIN_MS = 90_000;

export function wantsInsideLoads({ spec }: Scenario): boolean {
  return spec.loads.some(({ from }) => from === 'inside');
}

/**
 * Waits until the Pods that were created for it run.
 *
 * @throws DrainbenchError `load-pod-not-running`: without them there is nothing to measure.
 */
export async function startInsideLoads(
  kubeConfig: KubeConfig,
  { namespace, runId }: Pick<InsideContext, 'namespace' | 'runId'>,
  created: readonly OwnedObject[],
  signal: AbortSignal,
): Promise<InsideLoads> {
  const uids = new Map(created.map(({ name, uid }) => [name, uid]));
  const wanted = { namespace, runId, role: LOAD, uids };
  const { running, missing } = await waitForCreatedPods(kubeConfig, wanted, RUNNING_WITHIN_MS, signal);
  const [first] = missing;
  if (first !== undefined) {
    throw new DrainbenchError({
      code: 'load-pod-not-running',
      message: `the Pod that the load is to run in does not run: ${first[1]}`,
      expected: `Pod ${first[0]} running within ${RUNNING_WITHIN_MS / 1000} s; it asks for half a CPU and 128 MiB`,
      fix: 'make room on the node, or name another one with `node` in the load',
      command: `kubectl -n ${namespace} describe pod ${first[0]}`,
    });
  }
  const podOf = (spec: LoadSpec): InsidePod => {
    const pod = running.get(loadPodName(spec, runId));
    if (pod === undefined) throw new Error(`load ${spec.name} has no Pod`);
    return pod;
  };
  return {
    podOf,
    start: (spec) => {
      const { name: pod, uid } = podOf(spec);
      return execProgram(kubeConfig, { namespace, pod, uid, container: LOAD }, NODE_PROGRAMS.load);
    },
  };
}
