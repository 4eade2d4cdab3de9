import type { Distractor } from '../distractor.ts';

export const flappingReadiness: Distractor = {
  name: 'flapping-readiness',
  does: 'the Pod that the fault is aimed at was not Ready for a second or two just before, and the rules that led to it went and came back',
  happenings: ['flapped'],
  least: 1,
  begin: async (stage) => {
    const [pod] = await stage.pods();
    if (pod !== undefined) {
      const isReady = async () => (await stage.pods()).some(({ uid }) => uid === pod.uid);
      const leading = await stage.nodesThatLeadTo(pod);
      await stage.command(pod, 'unready');
      await stage.until(`${pod.name} is not Ready`, async () => !(await isReady()));
      await stage.untilUnrouted([pod]);
      await stage.command(pod, 'ready');
      await stage.until(`${pod.name} is Ready again`, isReady);
      // A kube-proxy that is stopped before it knows would keep rules that lead to others alone.
      await stage.untilRouted(pod, leading);
      stage.mark('flapped');
    }
    return () => Promise.resolve();
  },
};
