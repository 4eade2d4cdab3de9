import { readFile, readlink } from 'node:fs/promises';

import { askEngine, type EngineAccess } from './engine-command.ts';
import type { KindNode } from './kind-nodes.ts';

/**
 * Whether this process can enter the nodes' namespaces: it is root, the nodes run on this very kernel (boot id), and
 * the pids that the engine tells are pids here (the namespace of that pid is the node's own; their numbers are the
 * same for all who share a kernel).
 */
export async function canEnterNodes(engine: EngineAccess, nodes: readonly KindNode[]): Promise<boolean> {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false;
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  for (const { containerId, pid } of nodes) {
    const script = 'cat /proc/sys/kernel/random/boot_id; readlink /proc/1/ns/net';
    const answer = await askEngine(engine, ['exec', containerId, 'sh', '-c', script]).catch(() => '');
    const [nodeBootId, nodeNamespace] = answer.split('\n');
    if (nodeBootId !== bootId) return false;
    if (nodeNamespace !== (await readlink(`/proc/${pid}/ns/net`).catch(() => ''))) return false;
  }
  return nodes.length > 0;
}
