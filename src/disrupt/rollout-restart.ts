import type { V1Deployment, V1StatefulSet } from '@kubernetes/client-node';

import type { DisruptionKind } from './disruption-kind.ts';
import { patchTarget } from './patch-target.ts';
import { readTarget } from './read-target.ts';
import { PATCH_TARGET } from './rights.ts';
import { wholeWorkload } from './whole-workload.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** `kubectl rollout restart`: a new annotation on the Pod template, so that every Pod is replaced. */
export const rolloutRestart: DisruptionKind<'rollout-restart'> = {
  rights: PATCH_TARGET,
  needs: [],
  leavesWorkload: true,
  run: async (spec, context) => {
    const partition = partitionOf(await readTarget(context));
    const victims = (await wholeWorkload(context)).filter(({ name }) => ordinalOf(name) >= partition);
    const { kind, name } = context.target;
    const restartedAt = new Date().toISOString();
    await patchTarget(spec.type, context, {
      patch: { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } },
      shows: (found) =>
        found.spec?.template.metadata?.annotations?.[RESTARTED_AT] === restartedAt
          ? 'it carries our annotation'
          : null,
      command: `kubectl -n ${context.namespace} rollout restart ${kind.toLowerCase()}/${name}`,
    });
    return { victims };
  },
};

/** The Pods of a StatefulSet with a lower ordinal keep their version, also when they are made anew. */
function partitionOf({ spec }: V1Deployment | V1StatefulSet): number {
  if (spec === undefined || !('updateStrategy' in spec)) return 0;
  return spec.updateStrategy.rollingUpdate?.partition ?? 0;
}

/** Infinite of a Pod that has none. */
function ordinalOf(podName: string): number {
  const ordinal = /-(\d+)$/.exec(podName)?.[1];
  return ordinal === undefined ? Infinity : Number(ordinal);
}
