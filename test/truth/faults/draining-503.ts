import type { Fault } from '../fault.ts';

/** The app answers 503 from SIGTERM on. */
export const draining503: Fault = {
  name: 'draining-503',
  does: 'one of two Pods is deleted and answers 503 to everything for 4 s',
  app: { replicas: 2, env: { ON_SIGTERM: 'reject', LINGER_MS: '4000' }, graceSeconds: 15 },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 60 },
    { name: 'keep-alive', connections: 'keep-alive', concurrency: 20, ratePerSecond: 140 },
  ],
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.delete(victims);
    return victims;
  },
  judge: (request, truth) =>
    truth.of(request, 'rejected') !== undefined && request.outcome === 'http-error'
      ? { cause: 'draining-rejected' }
      : { notCounted: 'the server does not say that it rejected it' },
};
