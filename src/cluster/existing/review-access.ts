import { AuthorizationV1Api, type KubeConfig, type V1SelfSubjectAccessReview } from '@kubernetes/client-node';

import type { AccessRight } from '../../model/access-right.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { apiClient } from '../kube/api-client.ts';
import { apiFailure } from '../kube/api-failure.ts';
import type { Plain } from '../kube/plain.ts';

/**
 * Asks the API server which of these rights the user of the kubeconfig does not have. Asking changes nothing: an
 * access review is answered, not stored.
 *
 * @throws DrainbenchError `access-not-reviewed` when the API server does not answer the question.
 */
export async function reviewAccess(
  kubeConfig: KubeConfig,
  rights: readonly AccessRight[],
  signal: AbortSignal,
): Promise<AccessRight[]> {
  const api = apiClient(kubeConfig, AuthorizationV1Api, signal);
  const allowed = await Promise.all(
    rights.map(async (right) => {
      const { status } = await api
        .createSelfSubjectAccessReview({ body: reviewOf(right) })
        .catch((error: unknown) => {
          signal.throwIfAborted();
          throw notReviewed(kubeConfig, apiFailure(error).message, error);
        });
      return status?.allowed === true;
    }),
  );
  return rights.filter((_, index) => allowed[index] !== true);
}

function reviewOf({ group, resource, verb, namespace, name }: AccessRight): Plain<V1SelfSubjectAccessReview> {
  const [plural = '', subresource] = resource.split('/');
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        group,
        resource: plural,
        verb,
        ...(subresource !== undefined && { subresource }),
        ...(namespace !== null && { namespace }),
        ...(name !== undefined && { name }),
      },
    },
  };
}

function notReviewed(kubeConfig: KubeConfig, message: string, cause: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'access-not-reviewed',
    message: `the API server does not say what this user may do: ${message}`,
    fix: `kubectl --context ${kubeConfig.getCurrentContext()} auth can-i --list`,
    cause,
  });
}
