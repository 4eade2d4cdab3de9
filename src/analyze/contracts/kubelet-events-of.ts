import type { KubeletEvent } from '../../model/history-event.ts';
import type { VictimEvidence } from './victim-evidence.ts';

/**
 * What the kubelet logged of these steps for one of the victim's containers, in the order of time. A kubelet that was
 * restarted takes them once more, which one milestone a step cannot show.
 */
export function kubeletEventsOf(
  { events, victim }: VictimEvidence,
  container: string,
  steps: readonly KubeletEvent['step'][],
): readonly KubeletEvent[] {
  return events.filter(
    (event): event is KubeletEvent =>
      event.type === 'kubelet' &&
      event.podUid === victim.uid &&
      event.container === container &&
      steps.includes(event.step),
  );
}
