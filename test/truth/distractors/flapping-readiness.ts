import type { Distractor } from '../distractor.ts';

export const flappingReadiness: Distractor = {
  name: 'flapping-readiness',
  does: 'the Pod that the fault is aimed at was not Ready for a second just before',
  happenings: ['flapped'],
  least: 1,
  begin: async (stage) => {
    const [pod] = await stage.pods();
    if (pod !== undefined) {
      const isReady = async () => (await stage.pods()).some(({ uid }) => uid === pod.uid);
      await stage.command(pod, 'unready');
      await stage.until(`${pod.name} is not Ready`, async () => !(await isReady()));
      await stage.command(pod, 'ready');
      await stage.until(`${pod.name} is Ready again`, isReady);
      stage.mark('flapped');
    }
    return () => Promise.resolve();
  },
};
