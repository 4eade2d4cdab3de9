import { readlink } from 'node:fs/promises';

import { askEngine, type EngineAccess } from './engine-command.ts';
import type { KindNode } from './kind-nodes.ts';
import { BOOT_ID, ownBootId } from './own-boot-id.ts';

/** How near to this process a cluster's nodes are. */
export interface NodesHere {
  /** They run on this very kernel (boot id). */
  readonly sameKernel: boolean;
  /**
   * This process can enter their namespaces: it is root, they run on this kernel, and the pids that the engine tells are
   * pids here (the namespace of that pid is the node's own; their numbers are the same for all who share a kernel).
   */
  readonly canEnter: boolean;
}

/** Asks every node which kernel and which network namespace it is in. One that does not answer is not here. */
export async function findNodesHere(engine: EngineAccess, nodes: readonly KindNode[]): Promise<NodesHere> {
  const bootId = await ownBootId();
  const near = await Promise.all(
    nodes.map(async ({ containerId, pid }) => {
      const script = `cat ${BOOT_ID}; readlink /proc/1/ns/net`;
      const answer = await askEngine(engine, ['exec', containerId, 'sh', '-c', script]).catch(() => '');
      const [nodeBootId, nodeNamespace] = answer.split('\n');
      const sameKernel = nodeBootId === bootId;
      const samePid = nodeNamespace === (await readlink(`/proc/${pid}/ns/net`).catch(() => ''));
      return { sameKernel, canEnter: sameKernel && samePid };
    }),
  );
  const all = (holds: (node: NodesHere) => boolean) => near.length > 0 && near.every(holds);
  return {
    sameKernel: all(({ sameKernel }) => sameKernel),
    canEnter: process.geteuid?.() === 0 && all(({ canEnter }) => canEnter),
  };
}
