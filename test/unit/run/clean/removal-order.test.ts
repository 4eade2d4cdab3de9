import { describe, expect, it } from 'vitest';

import { removalOrder } from '../../../../src/run/clean/removal-order.ts';

const object = (kind: string, uid: string, ...ownerUids: string[]) => ({ kind, uid, ownerUids });

describe('the order in which leftovers are removed', () => {
  it('is owners first, so that no controller makes anew what is taken from it; Lease and namespace last', () => {
    const found = [
      object('Namespace', 'n'),
      object('Pod', 'p1', 'rs'),
      object('Lease', 'l'),
      object('Pod', 'p2', 'rs'),
      object('ReplicaSet', 'rs', 'd'),
      object('Service', 's'),
      object('Deployment', 'd'),
    ];
    expect(removalOrder(found).map(({ uid }) => uid)).toEqual(['s', 'd', 'rs', 'p1', 'p2', 'l', 'n']);
  });

  it('does not depend on owners that are not among them', () => {
    const found = [object('Pod', 'p', 'elsewhere'), object('Deployment', 'd')];
    expect(removalOrder(found).map(({ uid }) => uid)).toEqual(['p', 'd']);
  });

  it('survives owners that own each other', () => {
    const found = [object('ReplicaSet', 'a', 'b'), object('ReplicaSet', 'b', 'a')];
    expect(removalOrder(found)).toHaveLength(2);
  });
});
