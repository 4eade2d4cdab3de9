import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';

import { planNetwork, SLOT_COUNT, slotRange } from '../../../src/cluster/embedded/network-plan.ts';

describe('the network plan of a box', () => {
  it('gives every slot addresses of its own', () => {
    const ranges = Array.from({ length: SLOT_COUNT }, (_, slot) => slotRange(slot).first);
    expect(new Set(ranges).size).toBe(SLOT_COUNT);
  });

  it('stays inside its slot, and the slot inside 198.18.0.0/15', () => {
    const benchmarks = new BlockList();
    benchmarks.addSubnet('198.18.0.0', 15);
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const own = new BlockList();
      own.addSubnet(slotRange(slot).first, 19);
      const network = planNetwork(slot, 16);
      const addresses = [
        network.controlPlane,
        network.dnsService,
        network.kubernetesService,
        ...network.nodes.flatMap(({ address, podCidr }) => [address, podCidr.split('/')[0] ?? '']),
      ];
      for (const address of addresses) {
        expect(own.check(address), address).toBe(true);
        expect(benchmarks.check(address), address).toBe(true);
      }
    }
  });

  it('leaves the ranges of a Docker engine and of kind alone', () => {
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const own = new BlockList();
      own.addSubnet(slotRange(slot).first, 19);
      for (const theirs of ['198.18.200.1', '198.18.208.1', '198.18.224.1', '198.19.128.1']) {
        expect(own.check(theirs), `slot ${slot} holds ${theirs}`).toBe(false);
      }
    }
  });

  it('refuses a number of nodes that no box can have, as a usage error', () => {
    for (const count of [0, 17, 1.5]) {
      expect(() => planNetwork(0, count)).toThrow(
        expect.objectContaining({ code: 'node-count-out-of-range', exitCode: 64 }),
      );
    }
  });
});
