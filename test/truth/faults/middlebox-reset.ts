import type { Fault } from '../fault.ts';

const ONE_IN = 10;

/**
 * Every packet with data may be the one, of either direction, where a node has chosen the Pod (`ct status dnat`); from then
 * on the whole connection is refused. There clients still have their own ports.
 */
const RULES = `
table ip truth-reset {
  set victims { type ipv4_addr . inet_service; flags dynamic; size 65535; }
  chain forward {
    type filter hook forward priority -5; policy accept;
    ct status dnat tcp flags & (syn | fin | rst) == 0 jump data
  }
  chain data {
    ip saddr . tcp sport @victims reject with tcp reset
    ip daddr . tcp dport @victims reject with tcp reset
    meta length <= 80 accept
    numgen random mod ${ONE_IN} != 0 accept
    tcp dport 8080 add @victims { ip saddr . tcp sport } reject with tcp reset
    tcp sport 8080 add @victims { ip daddr . tcp dport } reject with tcp reset
  }
}`;

/** Something between client and Pod resets connections in the name of either. */
export const middleboxReset: Fault = {
  name: 'middlebox-reset',
  does: 'one of three Pods goes well, while a firewall rule on each node resets connections with requests or answers on them',
  app: { replicas: 3, env: { ON_SIGTERM: 'serve', LINGER_MS: '5000' }, graceSeconds: 15 },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 60, responseTimeoutMs: 2000 },
    {
      name: 'keep-alive',
      connections: 'keep-alive',
      concurrency: 20,
      ratePerSecond: 60,
      responseTimeoutMs: 2000,
    },
  ],
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.delete(victims);
    await stage.network.nftEverywhere(RULES);
    await stage.wait(3000);
    for (const node of stage.network.nodes) {
      for (const clientPort of await stage.network.portsIn(node, 'truth-reset', 'victims')) {
        stage.mark('reset-in-between', { clientPort });
      }
    }
    await stage.network.nftEverywhere('delete table ip truth-reset');
    return victims;
  },
  judge: (request, truth) =>
    truth.touched(request, 'reset-in-between')
      ? { cause: 'reset-in-between' }
      : { notCounted: 'no rule says that it reset this connection' },
};
