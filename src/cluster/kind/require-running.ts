import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { EngineAccess } from './engine-command.ts';
import type { KindNode } from './kind-nodes.ts';

/** Throws `kind-not-running` unless all of a cluster's nodes run. */
export function requireRunning(name: string, { command }: EngineAccess, nodes: readonly KindNode[]): void {
  if (nodes.length > 0 && nodes.every(({ pid }) => pid > 0)) return;
  throw new DrainbenchError({
    code: 'kind-not-running',
    message: `the nodes of the kind cluster "${name}" do not all run`,
    fix: `drainbench cluster down --name ${name}, then bring it up again`,
    command: `${command} ps --all --filter label=io.x-k8s.kind.cluster=${name}`,
  });
}
