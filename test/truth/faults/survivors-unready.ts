import type { Fault } from '../fault.ts';

/** Those that stay cannot cope, and their own readiness probe takes them out. */
export const survivorsUnready: Fault = {
  name: 'survivors-unready',
  does: 'of three Pods one is scaled away and ends well; the two that stay are overloaded, their readiness probes fail, and nobody is left',
  app: { replicas: 3, env: { ON_SIGTERM: 'serve', LINGER_MS: '1500', UNREADY_WHEN: 'overloaded' } },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 100,
      responseTimeoutMs: 700,
      connectTimeoutMs: 500,
    },
  ],
  unfit: { 'flapping-readiness': 'a Pod that is not Ready yet again is taken for one that is overloaded' },
  play: async (stage) => {
    const [victim, ...survivors] = await stage.pods();
    if (victim === undefined) throw new Error('there is no Pod');
    // In this order: a ReplicaSet takes away those first that are not Ready, whatever a deletion costs.
    await stage.scaleAway(victim, survivors.length);
    await stage.untilTold('sigterm', victim);
    for (const survivor of survivors) await stage.command(survivor, 'behave?as=overloaded');
    await stage.untilServiceRejects();
    stage.mark('only-rejects');
    await stage.wait(2500);
    stage.mark('recovering');
    for (const survivor of survivors) await stage.command(survivor, 'behave?as=serve');
    await stage.scale(1 + survivors.length);
    return [victim];
  },
  judge: (request, truth) => {
    const { startNs, endNs, outcome } = request;
    if (truth.of(request, 'held') !== undefined && outcome === 'response-timeout')
      return { cause: 'overload' };
    if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
    const [from, to] = [truth.first('only-rejects')?.atNs ?? Infinity, truth.first('recovering')?.atNs ?? 0];
    return startNs !== null && endNs !== null && startNs > from && endNs < to
      ? { cause: 'overload' }
      : { notCounted: 'began before every node rejected, or ended after' };
  },
};
