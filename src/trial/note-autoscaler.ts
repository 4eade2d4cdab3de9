import type { Disrupted } from '../disrupt/disruption-kind.ts';
import { countOf } from '../model/count-of.ts';
import { decidedReplicas } from '../workload/decided-replicas.ts';
import type { Workload } from '../workload/workload.ts';
import type { RunContext } from './run-context.ts';
import type { TrialNotebook } from './trial-notebook.ts';

/** Says what an autoscaler did during the trial; to be asked once the disruption is over. */
export async function noteAutoscaler(
  { kubeConfig, signal }: Pick<RunContext, 'kubeConfig' | 'signal'>,
  workload: Workload,
  disrupted: Disrupted | null,
  notebook: Pick<TrialNotebook, 'note'>,
): Promise<void> {
  const { autoscaler, target, replicas: before } = workload;
  if (autoscaler === undefined) return;
  const { kind, name } = autoscaler;
  const title = `${kind} ${name}`;
  const after = await decidedReplicas(kubeConfig, workload, signal);
  const expected = disrupted?.replicas ?? before;
  if (after === null || after === expected) {
    const message = `${title} kept ${target.kind} ${target.name} at ${countOf(before, 'Pod')} before the disruption.`;
    notebook.note({ code: 'autoscaler', severity: 'info', message });
    return;
  }
  const message = `${title} changed the number of Pods during the trial, from ${expected} to ${after}: Pods that come or go by it are part of what was measured.`;
  notebook.note({ code: 'autoscaler-acted', severity: 'warning', message });
}
