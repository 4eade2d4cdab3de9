import type { Distractor } from '../distractor.ts';

const ONE_IN = 12;

/**
 * Where a node has chosen the Pod (`ct status dnat`) and before connection tracking has made up its mind: the next try may
 * go to another Pod. The set remembers whose they were.
 */
const RULES = `
table ip truth-syn {
  set dropped { type ipv4_addr . inet_service; flags dynamic; size 65535; }
  chain forward {
    type filter hook forward priority -5; policy accept;
    ct status dnat tcp dport 8080 tcp flags & (syn | ack) == syn numgen random mod ${ONE_IN} == 0 add @dropped { ip saddr . tcp sport } drop
  }
}`;

export const droppedSyns: Distractor = {
  name: 'dropped-syns',
  does: `a firewall rule on each node drops one SYN in ${ONE_IN}: it is sent again a second later, and another Pod may answer it`,
  happenings: ['syn-dropped'],
  // Kept-alive connections are opened seldom. Beside every fault it must have happened in some run all the same.
  least: 0,
  begin: async (stage) => {
    await stage.network.nftEverywhere(RULES);
    return async () => {
      for (const node of stage.network.nodes) {
        for (const clientPort of await stage.network.portsIn(node, 'truth-syn', 'dropped')) {
          stage.mark('syn-dropped', { clientPort });
        }
      }
      await stage.network.nftEverywhere('delete table ip truth-syn');
    };
  },
  excuse: (request, truth) =>
    request.requestOnConnection === 0 && truth.touched(request, 'syn-dropped')
      ? 'a SYN of it was dropped'
      : null,
};
