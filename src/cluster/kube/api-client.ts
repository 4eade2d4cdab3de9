import {
  createConfiguration,
  HttpMethod,
  ServerConfiguration,
  type Configuration,
  type KubeConfig,
} from '@kubernetes/client-node';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { requireWritable } from './write-guard.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * A client of one API group whose every request ends: when `signal` is aborted, or after `timeoutMs`. The clients that
 * `KubeConfig.makeApiClient` makes do neither, so that an API server which hangs would hang the harness. Requests that
 * change something are first put to the configuration's write guard.
 */
export function apiClient<T>(
  kubeConfig: KubeConfig,
  group: new (configuration: Configuration) => T,
  signal: AbortSignal,
  timeoutMs: number = REQUEST_TIMEOUT_MS,
): T {
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) {
    throw new DrainbenchError({
      code: 'kubeconfig-without-cluster',
      message: 'the kubeconfig has no cluster for its current context',
      found: `current context ${JSON.stringify(kubeConfig.getCurrentContext())}`,
      fix: 'kubectl config get-contexts',
    });
  }
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: kubeConfig },
    promiseMiddleware: [
      {
        pre: async (request) => {
          if (request.getHttpMethod() !== HttpMethod.GET) await requireWritable(kubeConfig);
          request.setHeaderParam('User-Agent', 'drainbench');
          request.setSignal(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
          return request;
        },
        post: (response) => Promise.resolve(response),
      },
    ],
  });
  return new group(configuration);
}
