import { setTimeout as sleep } from 'node:timers/promises';

import type { DisruptionContext } from '../disrupt/disruption-context.ts';
import type { Disrupted } from '../disrupt/disruption-kind.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Workload } from '../workload/workload.ts';
import type { RunContext } from './run-context.ts';
import type { TrialNotebook } from './trial-notebook.ts';
import { endsRun, trialFailure } from './trial-failure.ts';
import { waitRecovered } from './wait-recovered.ts';
import { pendingRecovery } from './pending-recovery.ts';

/** Without a disruption the load goes on this long, about as long as a short shutdown takes. */
const UNDISTURBED_MS = 3000;

/** What says that nothing was begun: there is nothing to wait for, and nothing to measure. */
const NOT_BEGUN: ReadonlySet<string> = new Set(['pods-not-ready', 'disruption-impossible']);

/**
 * Does what the trial is about. Returns `null`, with a finding that makes the trial void, when it did not happen as
 * planned, so that what it may have begun is waited for.
 *
 * @throws what ends the trial at once: nothing was begun, or it is no matter of this trial alone.
 */
export async function disruptTrial(
  context: RunContext,
  disruption: DisruptionContext,
  notebook: TrialNotebook,
): Promise<Disrupted | null> {
  try {
    const disrupted = await context.disrupt(notebook.trial.disruption, disruption);
    notebook.victims = disrupted.victims;
    for (const { name, container } of disrupted.victims) {
      if (container === undefined) continue;
      const message = `SIGKILL was sent to the first process of container ${container} of Pod ${name}.`;
      notebook.note({ code: 'container-killed', severity: 'info', message, container });
    }
    return disrupted;
  } catch (error) {
    if (!(error instanceof DrainbenchError) || endsRun(error) || NOT_BEGUN.has(error.code)) throw error;
    const message = `The disruption did not happen as planned: ${error.message} (${error.found ?? 'no reason given'}).`;
    notebook.note({ ...trialFailure(error), message });
    return null;
  }
}

/** Waits until the disruption is over, or for as long as one would take where there is none. */
export async function recoverTrial(
  context: RunContext,
  workload: Workload,
  disrupted: Disrupted | null,
  notebook: TrialNotebook,
): Promise<void> {
  const { scenario, kubeConfig, signal } = context;
  if (notebook.trial.disruption.type === 'none') {
    await sleep(UNDISTURBED_MS, undefined, { signal });
    return;
  }
  const { recoverTimeoutMs } = scenario.spec.timing;
  // What did not happen as planned is void: nothing to wait for but what it may have begun.
  if (await waitRecovered(kubeConfig, workload, disrupted ?? { victims: [] }, recoverTimeoutMs, signal))
    return;
  const { phrase, lines } = await pendingRecovery(kubeConfig, workload, signal);
  notebook.note({
    code: 'not-recovered',
    severity: 'warning',
    message: `${recoverTimeoutMs / 1000} s after the disruption it was not over: ${phrase.replace(/\.$/, '')}.`,
    ...(lines.length > 0 && { detail: lines }),
  });
}
