import { countOf } from '../model/count-of.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { patchTarget } from './patch-target.ts';
import { PATCH_TARGET } from './rights.ts';
import { wholeWorkload } from './whole-workload.ts';

/** `kubectl scale`: fewer Pods. Which of them go is the controller's choice, so none is named as a victim. */
export const scaleDown: DisruptionKind<'scale-down'> = {
  rights: PATCH_TARGET,
  needs: [],
  leavesWorkload: false,
  run: async ({ type, replicas }, context) => {
    await wholeWorkload(context);
    const { kind, name } = context.target;
    await patchTarget(type, context, {
      patch: { spec: { replicas } },
      shows: (found) => (found.spec?.replicas === replicas ? `it has ${countOf(replicas, 'replica')}` : null),
      command: `kubectl -n ${context.namespace} scale ${kind.toLowerCase()}/${name} --replicas=${replicas}`,
    });
    return { victims: [], replicas };
  },
};
