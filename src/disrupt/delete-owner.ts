import { AppsV1Api, type V1DeleteOptions } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { disruptionRefused } from './disruption-refused.ts';
import { readTarget } from './read-target.ts';
import { recordAction } from './record-action.ts';
import { DELETE_TARGET } from './rights.ts';
import { wholeWorkload } from './whole-workload.ts';

/**
 * `kubectl delete deployment`: the Pods' owner goes, and they go by garbage collection: after it (`background`) or
 * before it (`foreground`). Nothing comes back.
 */
export const deleteOwner: DisruptionKind<'delete-owner'> = {
  rights: DELETE_TARGET,
  needs: [],
  leavesWorkload: false,
  run: async ({ type, propagation }, context) => {
    const victims = await wholeWorkload(context);
    const { kubeConfig, namespace, target, signal } = context;
    const { kind, name } = target;
    const uid = (await readTarget(context)).metadata?.uid ?? '';
    const apps = apiClient(kubeConfig, AppsV1Api, signal);
    const body: DeleteBody = {
      preconditions: { uid },
      propagationPolicy: propagation === 'foreground' ? 'Foreground' : 'Background',
    };
    const request = { name, namespace, body };
    const refusal = await recordAction(
      { action: type, kind, namespace, name, uid },
      context,
      () =>
        kind === 'Deployment'
          ? apps.deleteNamespacedDeployment(request)
          : apps.deleteNamespacedStatefulSet(request),
      async () => {
        try {
          const found =
            kind === 'Deployment'
              ? await apps.readNamespacedDeployment({ name, namespace })
              : await apps.readNamespacedStatefulSet({ name, namespace });
          if (found.metadata?.uid !== uid) return 'it is gone';
          return found.metadata.deletionTimestamp === undefined ? null : 'it has a deletionTimestamp';
        } catch (error) {
          if (apiFailure(error).httpStatus === 404) return 'it is gone';
          throw error;
        }
      },
    );
    if (refusal !== null) {
      const command = `kubectl -n ${namespace} delete ${kind.toLowerCase()}/${name} --cascade=${propagation}`;
      throw disruptionRefused(`the API server refused to delete ${kind} ${name}`, [refusal], command);
    }
    return { victims, replicas: 0 };
  },
};

type DeleteBody = Pick<V1DeleteOptions, 'propagationPolicy'> & {
  readonly preconditions: { readonly uid: string };
};
