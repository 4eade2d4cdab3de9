import { CoreV1Api } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { patiently } from '../cluster/kube/patiently.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';
import { readyPods } from './ready-pods.ts';
import { recordAction } from './record-action.ts';
import { requireControl } from './require-control.ts';
import { READ_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';

/**
 * SIGKILL to the first process of a container, as when memory runs out or the app crashes. The Pod stays and its
 * kubelet starts the container anew.
 */
export const killContainer: DisruptionKind<'kill-container'> = {
  rights: READ_PODS,
  needs: ['control'],
  run: async ({ type, pods = 1 }, context) => {
    const { namespace, signal } = context;
    const control = requireControl(context);
    const victims = selectVictims(await readyPods(context), pods, context.seed);
    const containers = await Promise.all(victims.map((victim) => firstContainer(victim, context)));
    await Promise.all(
      containers.map(({ victim: { name, uid, node }, id }) =>
        recordAction({ action: type, kind: 'Pod', namespace, name, uid }, context, () =>
          control.killContainer(node, id, signal),
        ),
      ),
    );
    return { victims, restarts: new Map(containers.map(({ victim, restarts }) => [victim.uid, restarts])) };
  },
};

interface FirstContainer {
  readonly victim: Victim;
  readonly id: string;
  readonly restarts: number;
}

async function firstContainer(
  victim: Victim,
  { kubeConfig, namespace, signal }: DisruptionContext,
): Promise<FirstContainer> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const { name, uid } = victim;
  const pod = await patiently(() => core.readNamespacedPod({ namespace, name }), { signal }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw disruptionRefused(`cannot read Pod ${name}`, [unread(error)]);
    },
  );
  const first = pod.spec?.containers[0]?.name;
  const status = pod.status?.containerStatuses?.find((each) => each.name === first);
  const id = status?.containerID?.replace(/^.*:\/\//, '');
  if (pod.metadata?.uid !== uid || id === undefined)
    throw disruptionRefused(`Pod ${name} has no container that runs any more`, []);
  return { victim, id, restarts: status?.restartCount ?? 0 };
}
