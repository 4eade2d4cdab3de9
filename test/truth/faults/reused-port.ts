import type { Fault } from '../fault.ts';

/** No word of the Pod's end comes through, nor does the node hear of it when a client gives a connection up. */
const SILENCE = (ip: string, nodePort: number) => `
table ip truth-silence {
  chain prerouting {
    type filter hook prerouting priority -350; policy accept;
    tcp dport ${nodePort} tcp flags & rst == rst drop
  }
  chain forward {
    type filter hook forward priority -5; policy accept;
    ip saddr ${ip} tcp sport 8080 tcp flags & (fin | rst) != 0 drop
  }
}`;

/** Nodes remember connections to a dead Pod, and a client's new connection from the same port is taken for one of them. */
export const reusedPort: Fault = {
  name: 'reused-port',
  does: 'one of two Pods vanishes without a word, and its clients, who use few ports, connect anew from ports whose old entries in the nodes’ connection tracking still lead there',
  app: { replicas: 2, env: { ON_SIGTERM: 'exit', LATENCY_MS: '1000' } },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 200,
      connectTimeoutMs: 700,
      responseTimeoutMs: 2400,
    },
  ],
  inLoadGenerator: new URL('../client/few-ports.js', import.meta.url).pathname,
  baselineMs: 1500,
  leastSeeds: 30,
  unfit: {
    'address-reuse': 'who has the address then resets the connection',
    'dropped-syns': 'a SYN without an answer cannot be told from one that went to the dead Pod',
  },
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    const nodePort = await stage.nodePort();
    for (const { ip } of victims) await stage.network.nftEverywhere(SILENCE(ip, nodePort));
    try {
      await stage.delete(victims);
      await stage.untilUnreachable(victims);
      await stage.untilUnrouted(victims);
      stage.mark('unrouted');
      await stage.wait(3500);
    } finally {
      await stage.network.nftEverywhere('delete table ip truth-silence');
    }
    return victims;
  },
  judge: (request, truth) => {
    const from = truth.first('unrouted')?.atNs ?? Infinity;
    if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
    if ((request.startNs ?? 0) < from)
      return { notCounted: 'began before the last rule to the Pod was gone' };
    const gone = truth.first('silent-since')?.pod;
    const led = truth.earlierFromSamePort(request).some((each) => {
      const had = truth.of(each, 'arrived');
      return had !== undefined && had.pod === gone && truth.of(each, 'answered') === undefined;
    });
    if (!led) return { notCounted: 'no connection from this port had broken off at the Pod that vanished' };
    return request.outcome === 'connect-timeout' || request.outcome === 'unreachable'
      ? { cause: 'pod-gone-still-routed' }
      : { notCounted: `${request.outcome}: not what a Pod that is gone can do` };
  },
};
