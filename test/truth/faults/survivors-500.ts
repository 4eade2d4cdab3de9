import type { Fault } from '../fault.ts';

/** An app with a bug: all of its Pods answer 500, whether they stay or go. */
export const survivors500: Fault = {
  name: 'survivors-500',
  does: 'one of three Pods is deleted and serves on, and all three answer 500 from before the delete on',
  app: { replicas: 3, env: { ON_SIGTERM: 'serve', LINGER_MS: '5000' }, graceSeconds: 15 },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 30 },
    { name: 'keep-alive', connections: 'keep-alive', concurrency: 20, ratePerSecond: 40 },
  ],
  play: async (stage) => {
    const pods = await stage.pods();
    const victims = pods.slice(0, 1);
    for (const pod of pods) await stage.command(pod, 'behave?as=error');
    await stage.wait(500);
    await stage.delete(victims);
    await stage.wait(2000);
    for (const pod of pods) await stage.command(pod, 'behave?as=serve');
    return victims;
  },
  judge: (request, truth) =>
    truth.of(request, 'errored') === undefined
      ? { notCounted: 'no server says that it answered 500' }
      : { cause: 'app-error' },
};
