import { setTimeout as sleep } from 'node:timers/promises';

import type { NodeComponent } from '../cluster/cluster.ts';
import { awayFromLoads } from './away-from-loads.ts';
import { deletePods } from './delete-pods.ts';
import type { DisruptionContext } from './disruption-context.ts';
import type { Disrupted, DisruptionKind } from './disruption-kind.ts';
import { recordAction } from './record-action.ts';
import { requireControl } from './require-control.ts';
import { DELETE_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/** A Pod is deleted and, while it ends, its node's kubelet is restarted: the rest is up to a new process. */
export const restartKubelet: DisruptionKind<'restart-kubelet'> = {
  rights: DELETE_PODS,
  needs: ['control', 'node-without-load'],
  leavesWorkload: false,
  run: ({ type, afterMs }, context) => restartMidTermination(type, 'kubelet', afterMs, context),
};

/** The same with the container runtime. The containers themselves do not depend on it. */
export const restartRuntime: DisruptionKind<'restart-runtime'> = {
  rights: DELETE_PODS,
  needs: ['control', 'node-without-load'],
  leavesWorkload: false,
  run: ({ type, afterMs }, context) => restartMidTermination(type, 'containerd', afterMs, context),
};

async function restartMidTermination(
  action: string,
  component: NodeComponent,
  afterMs: number,
  context: DisruptionContext,
): Promise<Disrupted> {
  const { signal } = context;
  const control = requireControl(context);
  const victims = selectVictims(awayFromLoads(await wholeWorkload(context), context), 1, context.seed);
  const node = victims[0]?.node ?? '';
  const disrupted = await deletePods(action, victims, context);
  await sleep(afterMs, undefined, { signal });
  await recordAction({ action, kind: 'Node', namespace: '', name: node, uid: '' }, context, () =>
    control.restart(component, node, signal),
  );
  return disrupted;
}
