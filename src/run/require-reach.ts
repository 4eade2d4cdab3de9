import type { Cluster } from '../cluster/cluster.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { LoadSpec } from '../model/scenario.ts';

/**
 * Holds where a scenario's loads come from against what this host reaches; to be called before anything is created.
 *
 * @throws DrainbenchError `nodeport-unreachable` (exit code 64: load from inside, or a cluster of our own).
 */
export function requireReach(
  loads: readonly Pick<LoadSpec, 'name' | 'from'>[],
  { name, nodePorts }: Pick<Cluster, 'name' | 'nodePorts'>,
): void {
  const fromHere = loads.filter(({ from }) => from === 'host').map((load) => load.name);
  if (nodePorts !== 'unreachable' || fromHere.length === 0) return;
  throw new DrainbenchError({
    code: 'nodeport-unreachable',
    message: `this host does not reach the nodes of "${name}": its engine is on another machine, or rootless, and publishes no ports that a run could use`,
    found: `loads from this host: ${fromHere.join(', ')}`,
    fix: 'let the loads run in the cluster (`from: inside`), or let drainbench make the cluster: it publishes the ports that it needs',
    exitCode: EXIT.usage,
  });
}
