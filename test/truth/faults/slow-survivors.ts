import type { Fault } from '../fault.ts';

/** A Pod goes well; those that stay cannot cope. */
export const slowSurvivors: Fault = {
  name: 'slow-survivors',
  does: 'one of three Pods goes without failing anybody, while the two that stay hold requests for ever or answer 503',
  app: { replicas: 3, env: { ON_SIGTERM: 'serve', LINGER_MS: '7000' }, graceSeconds: 15 },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 60, responseTimeoutMs: 700 },
    {
      name: 'busy',
      connections: 'keep-alive',
      concurrency: 20,
      ratePerSecond: 80,
      path: '/?when=busy',
    },
  ],
  play: async (stage) => {
    const [victim, ...survivors] = await stage.pods();
    if (victim === undefined) throw new Error('there is no Pod');
    await stage.delete([victim]);
    for (const survivor of survivors) await stage.command(survivor, 'behave?as=overloaded');
    await stage.wait(3000);
    for (const survivor of survivors) await stage.command(survivor, 'behave?as=serve');
    return [victim];
  },
  judge: (request, truth) => {
    if (truth.of(request, 'busy') !== undefined) return { cause: 'overload' };
    const held = truth.of(request, 'arrived') !== undefined && truth.of(request, 'answered') === undefined;
    return held && request.outcome === 'response-timeout'
      ? { cause: 'overload' }
      : { notCounted: 'no server says that it held or refused it' };
  },
};
