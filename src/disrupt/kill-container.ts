import { CoreV1Api } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { settleAll } from './settle-all.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';
import { recordAction } from './record-action.ts';
import { requireControl } from './require-control.ts';
import { READ_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/**
 * SIGKILL to the first process of a container, as when memory runs out or the app crashes: the app's own, unless the
 * scenario names another. The Pod stays and its kubelet starts the container anew.
 */
export const killContainer: DisruptionKind<'kill-container'> = {
  rights: READ_PODS,
  needs: ['control'],
  leavesWorkload: false,
  run: async ({ type, pods = 1, container = null }, context) => {
    const { namespace, signal } = context;
    const control = requireControl(context);
    const chosen = selectVictims(await wholeWorkload(context), pods, context.seed);
    const named = chosen.map((victim) => ({ ...victim, container: container ?? context.container }));
    const victims = await Promise.all(named.map((victim) => runningContainer(victim, context)));
    await settleAll(
      victims.map(({ victim: { name, uid, node, container: of }, id }) => (until) => {
        const pod = { action: type, kind: 'Pod', namespace, name, uid, container: of };
        const kill = () => control.killContainer(node, id, until);
        return recordAction(pod, { ...context, signal: until }, kill);
      }),
      signal,
    );
    return {
      victims: victims.map(({ victim }) => victim),
      restarts: new Map(victims.map(({ victim, restarts }) => [victim.uid, restarts])),
    };
  },
};

type Named = Victim & { readonly container: string };

interface RunningContainer {
  readonly victim: Named;
  readonly id: string;
  readonly restarts: number;
}

async function runningContainer(
  victim: Named,
  { kubeConfig, namespace, signal }: DisruptionContext,
): Promise<RunningContainer> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const { name, uid, container } = victim;
  const pod = await retryRequest(() => core.readNamespacedPod({ namespace, name }), { signal }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw disruptionRefused(`cannot read Pod ${name}`, [unread(error)]);
    },
  );
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const known = [...initContainers, ...containers].map((each) => each.name);
  if (!known.includes(container)) throw unknownContainer(victim, known);
  // Sidecars are among the init containers.
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const status = statuses.find((each) => each.name === container);
  const id = status?.containerID?.replace(/^.*:\/\//, '');
  if (pod.metadata?.uid !== uid || id === undefined || status?.state?.running === undefined)
    throw disruptionRefused(`container ${container} of Pod ${name} does not run any more`, []);
  return { victim, id, restarts: status.restartCount };
}

function unknownContainer({ name, container }: Named, known: readonly string[]): DrainbenchError {
  return new DrainbenchError({
    code: 'disruption-impossible',
    message: `Pod ${name} has no container ${container} to kill`,
    found: known.join(', '),
  });
}
