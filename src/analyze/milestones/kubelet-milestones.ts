import type { HistoryEvent, KubeletEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import { claimOfVolume } from '../objects/volume-claims.ts';
import type { PodBook } from '../objects/pod-book.ts';
import { StepFinder, type StepOwner } from './step-finder.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/** How a preStop hook ended that the kubelet no longer waited for. */
export const HOOK_GIVEN_UP = 'given up: the grace period was over';

/**
 * What the kubelets' logs tell: of each victim when its termination was begun, its hooks, when the runtime was asked to
 * stop each container, its volumes, and how its probes fared; of new Pods when each probe first passed.
 */
export function kubeletMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  book: PodBook,
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const steps = new StepFinder();
  const claims = claimOfVolume(events);
  for (const event of events) {
    if (event.atNs < disruptionNs || event.type !== 'kubelet') continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) break;
    const victim = victims.find(({ uid }) => uid === event.podUid);
    if (victim !== undefined) endStep(steps, victim, event, claims);
    else beginStep(steps, book, event);
  }
  return steps.milestones();
}

function endStep(
  steps: StepFinder,
  victim: StepOwner,
  event: KubeletEvent,
  claims: ReadonlyMap<string, string>,
): void {
  const { container, subject } = event;
  const detail = subject === null ? {} : { detail: subject };
  switch (event.step) {
    case 'termination-started':
      steps.first('termination-started', victim, event);
      break;
    case 'prestop-started':
      steps.first('prestop-started', victim, event, { container });
      break;
    case 'prestop-ended':
      steps.last('prestop-ended', victim, event, { container });
      break;
    case 'prestop-overran':
      steps.last('prestop-ended', victim, event, {
        container,
        detail: HOOK_GIVEN_UP,
      });
      break;
    case 'prestop-failed':
      steps.first('prestop-failed', victim, event, { container });
      break;
    case 'stop-requested': {
      const grace = event.graceSeconds === undefined ? {} : { detail: `${event.graceSeconds} s to end` };
      steps.first('stop-requested', victim, event, { container, ...grace });
      break;
    }
    case 'volume-unmounted': {
      const claim = claims.get(subject ?? '');
      steps.first(
        'volume-unmounted',
        victim,
        event,
        claim === undefined ? detail : { detail: `claim ${claim}` },
      );
      break;
    }
    case 'probe-failed':
      steps.first('probe-failed', victim, event, { container, ...detail });
      break;
    case 'probe-passed':
      steps.last('last-probe-passed', victim, event, { container, ...detail });
      break;
    default:
      break;
  }
}

function beginStep(steps: StepFinder, book: PodBook, event: KubeletEvent): void {
  const pod = book.byUid(event.podUid);
  if (pod === undefined || !book.isNew(pod) || event.step !== 'probe-passed') return;
  const { container, subject } = event;
  steps.first('replacement-probe-passed', pod, event, {
    container,
    ...(subject === null ? {} : { detail: subject }),
  });
}
