/**
 * Aborts a request after `ms`, at once where that is 0 or less. Unlike that of `AbortSignal.timeout` its reason is an
 * ordinary error: the client library writes its own words into the message of whatever error it passes on, which a
 * DOMException does not let it, so that another error came out, of which nobody knew that it will pass.
 */
export function timeLimit(ms: number): AbortSignal {
  const controller = new AbortController();
  const expire = (): void => controller.abort(new RequestTimeout());
  if (ms <= 0) expire();
  else setTimeout(expire, ms).unref();
  return controller.signal;
}

/** Whether that is why a request was ended: the API server did not answer, and nobody called the request off. */
export function isTimeLimit(reason: unknown): boolean {
  return reason instanceof RequestTimeout;
}

class RequestTimeout extends Error {
  override readonly name = 'TimeoutError';
  constructor() {
    super('the API server did not answer in time');
  }
}
