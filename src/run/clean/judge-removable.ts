import type { KubeConfig } from '@kubernetes/client-node';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { LeaseOwner } from '../../workload/lease-holder.ts';
import { probeRuns } from './probe-runs.ts';
import type { Leftover } from './find-leftovers.ts';
import { judgeLeftovers, type CleanRequest, type JudgedLeftovers } from './judge-leftovers.ts';

/**
 * Decides what may be removed, once it is known that the runs it belongs to are dead. Only they are asked after: that
 * may take 15 s.
 *
 * @throws DrainbenchError `run-alive` where it is the run that was asked for.
 */
export async function judgeRemovable(
  kubeConfig: KubeConfig,
  found: readonly Leftover[],
  request: CleanRequest,
  owner: LeaseOwner,
  signal: AbortSignal,
): Promise<JudgedLeftovers> {
  const { remove } = judgeLeftovers(found, request, Date.now(), new Map());
  const runs = new Set(request.kind === 'run' ? [request.runId] : remove.map(({ runId }) => runId));
  const theirs = found.filter(({ runId }) => runs.has(runId));
  const witnesses = await probeRuns(kubeConfig, theirs, owner, signal);
  const alive = request.kind === 'run' ? (witnesses.get(request.runId)?.alive ?? null) : null;
  if (request.kind === 'run' && alive !== null) throw runAlive(request.runId, alive);
  return judgeLeftovers(found, request, Date.now(), witnesses);
}

function runAlive(runId: string, found: string): DrainbenchError {
  return new DrainbenchError({
    code: 'run-alive',
    message: `run ${runId} may still go on: nothing was removed`,
    found,
    fix: 'stop it with Ctrl-C: it cleans up after itself',
    exitCode: EXIT.usage,
  });
}
