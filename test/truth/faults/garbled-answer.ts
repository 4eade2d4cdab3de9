import type { Fault } from '../fault.ts';

/** What is no HTTP is answered on connections that stay open: nobody was killed. */
export const garbledAnswer: Fault = {
  name: 'garbled-answer',
  does: 'one of three Pods is deleted and serves on, and all three answer what is no HTTP',
  app: { replicas: 3, env: { ON_SIGTERM: 'serve', LINGER_MS: '5000' }, graceSeconds: 15 },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 30 },
    { name: 'keep-alive', connections: 'keep-alive', concurrency: 20, ratePerSecond: 40 },
  ],
  play: async (stage) => {
    const pods = await stage.pods();
    const victims = pods.slice(0, 1);
    await stage.delete(victims);
    for (const pod of pods) await stage.command(pod, 'behave?as=garble');
    await stage.wait(2000);
    for (const pod of pods) await stage.command(pod, 'behave?as=serve');
    return victims;
  },
  judge: (request, truth) =>
    truth.of(request, 'garbled') === undefined
      ? { notCounted: 'no server says that it garbled its answer' }
      : { cause: 'app-error' },
};
