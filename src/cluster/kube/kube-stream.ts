import { HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node';
import { request } from 'undici';

import { retryAfterMs } from './retry-after.ts';
import { noteRequest } from './api-silence.ts';
import { isTimeLimit, timeLimit } from './time-limit.ts';

const WHOLE_ANSWER_MS = 10_000;

/** The API server answered with something other than 200. */
export class KubeStatusError extends Error {
  readonly status: number;
  /** How long the API server asked us to stay away; 0 where it did not. */
  readonly retryAfterMs: number;
  constructor(path: string, status: number, body: string, retryAfter?: unknown) {
    super(`GET ${path}: HTTP ${status} ${body.slice(0, 500)}`);
    this.name = 'KubeStatusError';
    this.status = status;
    this.retryAfterMs = retryAfterMs(retryAfter);
  }
}

/**
 * Opens a GET on the API server and returns the body as it arrives. The client library's own `Watch` and `Log` are not
 * used for what is measured: `Watch` (2.0.1) drops a line that does not parse and cuts a stream that is silent for
 * 30 s, and neither tells when bytes came in. Authentication is the library's.
 */
export async function openKubeStream(
  kubeConfig: KubeConfig,
  path: string,
  signal: AbortSignal,
  accept?: string,
): Promise<AsyncIterable<Buffer>> {
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig has no current cluster');
  const context = new RequestContext(cluster.server + path, HttpMethod.GET);
  await kubeConfig.applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const asking = request(cluster.server + path, {
    headers: { ...context.getHeaders(), ...(accept !== undefined && { accept }) },
    signal,
    // A quiet watch is not a dead one; whether it is stalled is found out by other means.
    bodyTimeout: 0,
    headersTimeout: 10_000,
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  const isCalledOff = () => signal.aborted && !isTimeLimit(signal.reason);
  noteRequest(kubeConfig, asking.then(({ statusCode }) => statusCode), isCalledOff); // prettier-ignore
  const answer = await asking;
  if (answer.statusCode !== 200) {
    const body = await answer.body.text();
    throw new KubeStatusError(path, answer.statusCode, body, answer.headers['retry-after']);
  }
  return answer.body;
}

/**
 * The same for a whole JSON answer, which must be complete within `timeoutMs`.
 *
 * @param accept media type of the answer; default: the API server's own JSON.
 */
export async function getKubeJson(
  kubeConfig: KubeConfig,
  path: string,
  signal: AbortSignal,
  timeoutMs: number = WHOLE_ANSWER_MS,
  accept?: string,
): Promise<unknown> {
  const chunks: Buffer[] = [];
  const limited = AbortSignal.any([signal, timeLimit(timeoutMs)]);
  for await (const chunk of await openKubeStream(kubeConfig, path, limited, accept)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
