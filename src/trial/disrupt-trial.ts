import { setTimeout as sleep } from 'node:timers/promises';

import type { DisruptionContext } from '../disrupt/disruption-context.ts';
import type { Disrupted } from '../disrupt/disruption-kind.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Workload } from '../workload/workload.ts';
import type { RunContext } from './run-context.ts';
import type { TrialNotebook } from './trial-notebook.ts';
import { waitRecovered } from './wait-recovered.ts';

/** Without a disruption the load goes on this long, about as long as a short shutdown takes. */
const UNDISTURBED_MS = 3000;

/** Does what the trial is about. Returns `null`, with a finding that makes the trial void, when it was refused. */
export async function disruptTrial(
  context: RunContext,
  disruption: DisruptionContext,
  notebook: TrialNotebook,
): Promise<Disrupted | null> {
  try {
    const disrupted = await context.disrupt(notebook.trial.disruption, disruption);
    notebook.victims = disrupted.victims;
    return disrupted;
  } catch (error) {
    if (!(error instanceof DrainbenchError) || error.code !== 'disruption-refused') throw error;
    // One trial's misfortune; the next may fare better.
    const message = `The disruption did not happen as planned: ${error.message} (${error.found ?? 'no reason given'}).`;
    notebook.findings.push({ code: 'disruption-refused', severity: 'void', message });
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
  notebook.findings.push({
    code: 'not-recovered',
    severity: 'warning',
    message: `${recoverTimeoutMs / 1000} s after the disruption it was not over: Pods were still ending, or the replacements not Ready.`,
  });
}
