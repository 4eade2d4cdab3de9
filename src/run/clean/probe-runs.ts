import type { KubeConfig } from '@kubernetes/client-node';

import { probeLease, type LeaseSigns } from '../../workload/probe-lease.ts';
import { parseOwner, type LeaseOwner } from '../../workload/lease-holder.ts';
import type { Leftover } from './find-leftovers.ts';

type Looked = Pick<Leftover, 'kind' | 'namespace' | 'name' | 'runId' | 'annotations'>;

/**
 * Asks after each run of which something was found: the processes that made its objects, where this machine knows them,
 * and the Leases of its namespaces. By the runs' ids.
 */
export async function probeRuns(
  kubeConfig: KubeConfig,
  found: readonly Looked[],
  owner: LeaseOwner,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LeaseSigns>> {
  const runs = Map.groupBy(found, ({ runId }) => runId);
  const asked = [...runs].map(async ([runId, objects]) => {
    const maker = objects
      .map(({ annotations }) => parseOwner(annotations))
      .find((other) => owner.knowsAlive(other));
    if (maker != null) return [runId, { alive: `process ${maker.pid} runs`, expiresAt: null }] as const;
    const namespaces = new Set(
      objects.map(({ kind, namespace, name }) => (kind === 'Namespace' ? name : namespace)),
    );
    const witnesses = await Promise.all(
      [...namespaces]
        .filter((name) => name !== null)
        .map((name) => probeLease(kubeConfig, name, { runId, owner, signal })),
    );
    return [runId, together(witnesses)] as const;
  });
  return new Map(await Promise.all(asked));
}

function together(witnesses: readonly LeaseSigns[]): LeaseSigns {
  const expiries = witnesses.flatMap(({ expiresAt }) => expiresAt ?? []);
  return {
    alive: witnesses.find(({ alive }) => alive !== null)?.alive ?? null,
    expiresAt: expiries.toSorted((left, right) => right.getTime() - left.getTime())[0] ?? null,
  };
}
