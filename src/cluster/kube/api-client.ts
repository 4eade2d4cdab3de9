import {
  createConfiguration,
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  ServerConfiguration,
  type Configuration,
  type HttpLibrary,
  type KubeConfig,
  type RequestContext,
} from '@kubernetes/client-node';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { noteRequest } from './api-silence.ts';
import { timeLimit } from './time-limit.ts';
import { requireWritable, writeAllowanceMs } from './write-guard.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * A client of one API group whose every request ends: when `signal` is aborted, or after `timeoutMs`. The clients that
 * `KubeConfig.makeApiClient` makes do neither, so that an API server which hangs would hang the harness. Requests that
 * change something are first put to the configuration's write guard, and end no later than it allows.
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
          if (isWrite(request)) await requireWritable(kubeConfig);
          request.setHeaderParam('User-Agent', 'drainbench');
          return request;
        },
        post: (response) => Promise.resolve(response),
      },
    ],
    httpApi: sending(
      (request) => {
        const limitMs = isWrite(request) ? writeAllowanceMs(kubeConfig, timeoutMs) : timeoutMs;
        request.setSignal(AbortSignal.any([signal, timeLimit(limitMs)]));
      },
      (status) => noteRequest(kubeConfig, status, () => signal.aborted),
    ),
  });
  return new group(configuration);
}

function isWrite(request: RequestContext): boolean {
  return request.getHttpMethod() !== HttpMethod.GET;
}

/** Does this right before a request is sent: nothing else of the process comes in between. */
function sending(
  prepare: (request: RequestContext) => void,
  note: (status: Promise<number>) => void,
): HttpLibrary {
  const library = new IsomorphicFetchHttpLibrary();
  return {
    send: (request) => {
      prepare(request);
      const answer = library.send(request);
      note(answer.toPromise().then(({ httpStatusCode }) => httpStatusCode));
      return answer;
    },
  };
}
