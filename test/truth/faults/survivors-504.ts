import type { Fault } from '../fault.ts';

/** The servers behind all proxies hang, in the Pod that goes as well as in those that stay. */
export const survivors504: Fault = {
  name: 'survivors-504',
  does: 'one of three Pods is deleted and serves on, while the servers of all three hang and the proxies before them answer 504',
  app: {
    replicas: 3,
    env: { ON_SIGTERM: 'serve', LINGER_MS: '6000' },
    proxy: { LINGER_MS: '6000', ANSWER_WITHIN_MS: '400' },
    graceSeconds: 15,
  },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 50 },
    { name: 'keep-alive', connections: 'keep-alive', concurrency: 30, ratePerSecond: 50 },
  ],
  play: async (stage) => {
    const pods = await stage.pods();
    const victims = pods.slice(0, 1);
    for (const pod of pods) await stage.command(pod, 'behave?as=overloaded');
    await stage.wait(500);
    await stage.delete(victims);
    await stage.wait(2500);
    for (const pod of pods) await stage.command(pod, 'behave?as=serve');
    return victims;
  },
  judge: (request, truth) =>
    truth.of(request, 'proxy-504') !== undefined && truth.of(request, 'held') !== undefined
      ? { cause: 'overload' }
      : { notCounted: 'no server says that it held it' },
};
