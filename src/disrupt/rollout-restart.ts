import type { DisruptionKind } from './disruption-kind.ts';
import { patchTarget } from './patch-target.ts';
import { readyPods } from './ready-pods.ts';
import { PATCH_TARGET } from './rights.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** `kubectl rollout restart`: a new annotation on the Pod template, so that every Pod is replaced. */
export const rolloutRestart: DisruptionKind<'rollout-restart'> = {
  rights: PATCH_TARGET,
  needs: [],
  run: async (spec, context) => {
    const victims = await readyPods(context);
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
