import { describe, expect, it } from 'vitest';

import { confusionMatrix, type Pair } from '../../truth/confusion-matrix.ts';

const pair = (changes: Partial<Pair>): Pair => ({
  proxyMode: 'nftables',
  seeded: 'overload',
  attributed: 'overload',
  confidence: 'likely',
  ...changes,
});

describe('the confusion matrix', () => {
  it('counts each pair of causes once, by how sure the attribution was', () => {
    const { cells } = confusionMatrix([
      pair({}),
      pair({ confidence: 'certain' }),
      pair({ attributed: 'client', confidence: 'weak' }),
      pair({ proxyMode: 'iptables' }),
    ]);
    expect(cells).toEqual([
      { proxyMode: 'iptables', seeded: 'overload', attributed: 'overload', certain: 0, likely: 1, weak: 0 },
      { proxyMode: 'nftables', seeded: 'overload', attributed: 'client', certain: 0, likely: 0, weak: 1 },
      { proxyMode: 'nftables', seeded: 'overload', attributed: 'overload', certain: 1, likely: 1, weak: 0 },
    ]);
  });

  it('tells agreement by mode and cause, by mode, by cause, and in all', () => {
    const { agreements } = confusionMatrix([
      pair({}),
      pair({ seeded: 'client', attributed: 'unexplained' }),
      pair({ proxyMode: 'iptables', seeded: 'client', attributed: 'client' }),
    ]);
    const share = (proxyMode: string | null, seeded: string | null) =>
      agreements.find((each) => each.proxyMode === proxyMode && each.seeded === seeded)?.share;
    expect(share('nftables', 'client')).toBe(0);
    expect(share('nftables', null)).toBe(0.5);
    expect(share(null, 'client')).toBe(0.5);
    expect(share(null, null)).toBeCloseTo(2 / 3);
    expect(share('iptables', 'overload')).toBeNaN();
  });

  it('takes no cause at all for an agreement with nothing done', () => {
    const { agreements } = confusionMatrix([pair({ seeded: 'none', attributed: 'unexplained' })]);
    expect(agreements.at(-1)).toMatchObject({ agreed: 0, total: 1 });
  });

  it('is not affected by the order of the pairs', () => {
    const pairs = [pair({}), pair({ seeded: 'client' }), pair({ proxyMode: 'iptables' })];
    expect(confusionMatrix(pairs.toReversed())).toEqual(confusionMatrix(pairs));
  });
});
