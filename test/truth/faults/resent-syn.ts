import type { Fault } from '../fault.ts';

/** SYNs to one Pod are lost where it runs, after the node that chose it has written its choice down. */
const LOSS = (ip: string) => `
table ip truth-loss {
  chain postrouting {
    type filter hook postrouting priority 300; policy accept;
    ip daddr ${ip} tcp dport 8080 tcp flags & (syn | ack) == syn drop
  }
}`;
const EVERY_MS = 200;

/** A connection attempt that is lost on its way to one Pod and sent again to another one, which then hangs. */
export const resentSyn: Fault = {
  name: 'resent-syn',
  does: 'SYNs to one of three Pods are lost and sent again, while the nodes forget where the first went; the Pods that answer them hold every request for ever',
  app: { replicas: 3, env: { ON_SIGTERM: 'serve', LINGER_MS: '6000' }, graceSeconds: 15 },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 80,
      connectTimeoutMs: 6000,
      responseTimeoutMs: 700,
    },
  ],
  play: async (stage) => {
    const [unreachable, ...others] = await stage.pods();
    if (unreachable === undefined) throw new Error('there is no Pod');
    await stage.network.nft(unreachable.node, LOSS(unreachable.ip));
    try {
      for (const pod of others) await stage.command(pod, 'behave?as=overloaded');
      for (let turn = 0; turn < 14; turn++) {
        for (const node of stage.network.nodes) {
          const lost = await stage.network.forget(node, [
            '--state',
            'SYN_SENT',
            '--reply-src',
            unreachable.ip,
          ]);
          for (const clientPort of lost) stage.mark('sent-again', { clientPort });
        }
        await stage.wait(EVERY_MS);
      }
      for (const pod of others) await stage.command(pod, 'behave?as=serve');
    } finally {
      await stage.network.nft(unreachable.node, 'delete table ip truth-loss');
    }
    await stage.delete([unreachable]);
    return [unreachable];
  },
  judge: (request, truth) =>
    truth.of(request, 'held') !== undefined && request.outcome === 'response-timeout'
      ? { cause: 'overload' }
      : { notCounted: 'no server says that it held it' },
};
