import type { V1Lease } from '@kubernetes/client-node';

import type { Plain } from '../../cluster/kube/plain.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { heldLease, parseOwner, type LeaseOwner } from '../../workload/lease-holder.ts';
import type { Leftover } from './find-leftovers.ts';

/** Refuses to clean up after a run that still goes on, as far as this machine or its Lease can tell. */
export function requireDeadRun(found: readonly Leftover[], runId: string, owner: LeaseOwner): void {
  for (const object of found.filter((other) => other.runId === runId)) {
    const identity = parseOwner(object.annotations);
    if (identity !== null && owner.knowsAlive(identity)) throw alive(runId, `process ${identity.pid} runs`);
    if (object.kind !== 'Lease' || owner.knowsDead(identity)) continue;
    const lease: Plain<V1Lease> = { spec: object.spec };
    const holder = heldLease(lease);
    if (holder !== null && holder.expiresAt.getTime() > Date.now())
      throw alive(
        runId,
        `its Lease in namespace ${object.namespace ?? ''} is held until ${holder.expiresAt.toISOString()}`,
      );
  }
}

function alive(runId: string, found: string): DrainbenchError {
  return new DrainbenchError({
    code: 'run-alive',
    message: `run ${runId} still goes on: nothing was removed`,
    found,
    fix: 'stop it with Ctrl-C: it cleans up after itself',
    exitCode: EXIT.usage,
  });
}
