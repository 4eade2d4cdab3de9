import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_S } from '../../model/duration.ts';
import { graceSecondsOf } from '../objects/grace-of.ts';
import { kubeletEventsOf, mainContainers, result, shownBy, type VictimEvidence } from './victim-evidence.ts';

/**
 * A kubelet that is restarted while a Pod ends begins anew, hook and all, with the full grace period: what it then gives
 * a container, and what the hook took of it, add up to that. The kubelet counts whole seconds.
 */
export function fullGraceAgain(evidence: VictimEvidence): readonly ContractResult[] {
  const { pod, record, events } = evidence;
  if (pod === undefined || record.trial.disruption.type !== 'restart-kubelet') return [];
  const restart = events.find(
    (event) => event.type === 'action' && event.kind === 'Node' && event.stage === 'requested',
  );
  if (restart === undefined) return [];
  const full = graceSecondsOf(pod.object);
  return mainContainers(evidence).flatMap((container) => {
    const after = (steps: Parameters<typeof kubeletEventsOf>[2]) =>
      kubeletEventsOf(evidence, container, steps).filter(({ atNs }) => atNs > restart.atNs);
    const [asked] = after(['stop-requested']);
    // It had ended before, or at once: nobody had to be asked again.
    if (asked?.graceSeconds === undefined) return [];
    const began = after(['prestop-started'])[0];
    const ended = after(['prestop-ended', 'prestop-overran', 'prestop-failed'])[0];
    const hookSeconds =
      began === undefined || ended === undefined ? 0 : Math.max(0, ended.atNs - began.atNs) / NS_PER_S;
    const steps = [shownBy(restart), shownBy(began), shownBy(ended), shownBy(asked)];
    const words = `After its restart the kubelet gave the container ${asked.graceSeconds} s${hookSeconds > 0 ? `, and its hook ${hookSeconds.toFixed(1)} s` : ''}, of ${full} s.`;
    const kept = asked.graceSeconds + hookSeconds >= full - 1;
    return [result(evidence, 'full-grace-again', kept ? 'held' : 'broken', words, steps, container)];
  });
}
