import { resolve } from 'node:path';

import { shellWord } from '../model/shell-word.ts';

/** The command that removes what a run left on a cluster that stays, ready to paste. */
export function cleanUpCommand(run: {
  readonly runId: string;
  readonly reportsRoot: string;
  /** Options of `drainbench clean` that lead to the cluster. */
  readonly reachedBy: string;
  /** Where the run may have rights in one namespace only. */
  readonly namespace: string | undefined;
}): string {
  const { runId, reportsRoot, reachedBy, namespace } = run;
  return [
    `drainbench clean --run ${runId} ${reachedBy}`,
    ...(namespace === undefined ? [] : [`--namespace ${namespace}`]),
    // Its journal proves what is the run's.
    ...(resolve('reports') === reportsRoot ? [] : [`--reports ${shellWord(reportsRoot)}`]),
  ].join(' ');
}
