import type { DisruptionKind } from './disruption-kind.ts';
import { patchTarget } from './patch-target.ts';
import { PATCH_TARGET } from './rights.ts';

/** `kubectl scale`: fewer Pods. Which of them go is the controller's choice, so none is named as a victim. */
export const scaleDown: DisruptionKind<'scale-down'> = {
  rights: PATCH_TARGET,
  needs: [],
  run: async ({ type, replicas }, context) => {
    const { kind, name } = context.target;
    await patchTarget(type, context, {
      patch: { spec: { replicas } },
      shows: (found) => (found.spec?.replicas === replicas ? `it has ${replicas} replicas` : null),
      command: `kubectl -n ${context.namespace} scale ${kind.toLowerCase()}/${name} --replicas=${replicas}`,
    });
    return { victims: [], replicas };
  },
};
