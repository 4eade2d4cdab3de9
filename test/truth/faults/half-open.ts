import type { Fault } from '../fault.ts';

/** No word of the Pod's end comes through: neither FIN nor RST. */
const SILENCE = (ip: string) => `
table ip truth-silence {
  chain forward {
    type filter hook forward priority -5; policy accept;
    ip saddr ${ip} tcp sport 8080 tcp flags & (fin | rst) != 0 drop
  }
}`;

/** Kept-alive connections to Pods that vanished, and whose clients were never told. */
export const halfOpen: Fault = {
  name: 'half-open',
  does: 'two of three Pods vanish without a word to their clients, which go on to use kept-alive connections when no rule leads there any more',
  app: { replicas: 3, env: { ON_SIGTERM: 'exit' } },
  loads: [
    {
      name: 'keep-alive',
      connections: 'keep-alive',
      concurrency: 720,
      ratePerSecond: 45,
      responseTimeoutMs: 1200,
    },
  ],
  // Every connection is used once before, and once in vain afterwards: each comes to its turn every 16 s.
  baselineMs: 16_400,
  unfit: { 'address-reuse': 'who has the address then resets the connection, and so tells the client' },
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 2);
    for (const { ip } of victims) await stage.network.nftEverywhere(SILENCE(ip));
    try {
      await stage.delete(victims);
      await stage.untilUnreachable(victims);
      await stage.untilUnrouted(victims);
      stage.mark('unrouted');
      await stage.wait(15_000);
    } finally {
      await stage.network.nftEverywhere('delete table ip truth-silence');
    }
    return victims;
  },
  judge: (request, truth) => {
    const before = truth.before(request);
    if (before === undefined) return { notCounted: 'on a fresh connection' };
    const pod = truth.of(before, 'answered')?.pod;
    if (pod === undefined || pod === null || truth.first('exiting', pod) === undefined) {
      return { notCounted: 'the connection was not to a Pod that vanished' };
    }
    if (truth.of(request, 'arrived') !== undefined)
      return { notCounted: 'the server had it, and then ended' };
    const from = Math.max(
      truth.first('unrouted')?.atNs ?? Infinity,
      truth.first('silent-since', pod)?.atNs ?? Infinity,
    );
    return (request.startNs ?? 0) > from
      ? { cause: 'half-open-connection' }
      : { notCounted: 'began before the Pod’s network and the last rule to it were gone' };
  },
};
