import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';

/**
 * The addresses of one box. Every box owns one /19 of 198.18.0.0/15 (RFC 2544: reserved for benchmarks, so it
 * collides with no LAN, VPN or Docker network). With the /19 at 198.18.B.0:
 *
 * - 198.18.B+0 … B+15, a /24 each: the Pods of node 1 … 16
 * - 198.18.B+16.0/24: the nodes (.11 …), the control plane (.1) and the harness host (.254)
 * - 198.18.B+24.0/21: Services; .1 is the API server, .10 is DNS
 */
export interface NetworkPlan {
  readonly slot: number;
  readonly nodeSubnet: string;
  /** Address of the API server, on the box's bridge. */
  readonly controlPlane: string;
  /** Address of the harness host on the box's bridge, with prefix length. */
  readonly hostAddress: string;
  /** The host's end of the veth pair into the box. */
  readonly hostLink: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly kubernetesService: string;
  readonly dnsService: string;
  readonly nodes: readonly NodeNetwork[];
}

export interface NodeNetwork {
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
}

export const MAX_NODES = 16;
export const HOST_LINK_PREFIX = 'dbh';

/** The upper quarter of 198.18/16 and the upper half of 198.19/16 are left to a Docker engine and kind. */
const SLOT_BASES = [
  [18, 0],
  [18, 32],
  [18, 64],
  [18, 96],
  [18, 128],
  [18, 160],
  [19, 0],
  [19, 32],
  [19, 64],
  [19, 96],
] as const;

export const SLOT_COUNT = SLOT_BASES.length;

/** Lays out the addresses of the box in `slot` (0 … SLOT_COUNT − 1) with `nodeCount` nodes (1 … MAX_NODES). */
export function planNetwork(slot: number, nodeCount: number): NetworkPlan {
  const base = SLOT_BASES[slot];
  if (base === undefined) throw new RangeError(`slot ${slot} of ${SLOT_COUNT}`);
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > MAX_NODES) {
    throw new DrainbenchError({
      code: 'node-count-out-of-range',
      message: `--nodes ${nodeCount}: a box has 1 to ${MAX_NODES} nodes`,
      fix: `give a number from 1 to ${MAX_NODES}`,
      exitCode: EXIT.usage,
    });
  }
  const [second, third] = base;
  const at = (offset: number, host: number) => `198.${second}.${third + offset}.${host}`;
  return {
    slot,
    nodeSubnet: `${at(16, 0)}/24`,
    controlPlane: at(16, 1),
    hostAddress: `${at(16, 254)}/24`,
    hostLink: `${HOST_LINK_PREFIX}${slot}`,
    podCidr: `${at(0, 0)}/20`,
    serviceCidr: `${at(24, 0)}/21`,
    kubernetesService: at(24, 1),
    dnsService: at(24, 10),
    nodes: Array.from({ length: nodeCount }, (_, index) => ({
      name: `node${index + 1}`,
      address: at(16, 11 + index),
      podCidr: `${at(index, 0)}/24`,
    })),
  };
}

/** The whole /19 of a slot, for the check that nothing else on the host uses it. */
export function slotRange(slot: number): { readonly first: string; readonly prefix: 19 } {
  const base = SLOT_BASES[slot];
  if (base === undefined) throw new RangeError(`slot ${slot} of ${SLOT_COUNT}`);
  return { first: `198.${base[0]}.${base[1]}.0`, prefix: 19 };
}
