import type { HistoryEvent, RuntimeEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import { hooksOf } from '../objects/container-specs.ts';
import type { PodBook } from '../objects/pod-book.ts';
import { sidecarsOf } from '../objects/pod-view.ts';
import { asList, asRecord } from '../objects/read-json.ts';
import { StepFinder } from './step-finder.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * What the container runtime tells of the beginning of new Pods: init containers, the start of sidecars and containers,
 * and postStart hooks that run a command. (One over HTTP, or one that sleeps, leaves no trace of its own.)
 */
export function beginMilestones(
  events: readonly HistoryEvent[],
  book: PodBook,
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const steps = new StepFinder();
  /** Container id → exec id of its postStart hook. */
  const hooks = new Map<string, string>();
  for (const event of events) {
    if (event.atNs < disruptionNs || event.type !== 'runtime') continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) break;
    if (!event.sandbox) beginStep(steps, book, hooks, event);
  }
  return steps.milestones();
}

function beginStep(steps: StepFinder, book: PodBook, hooks: Map<string, string>, event: RuntimeEvent): void {
  // An init container may be gone before anybody saw its cgroup: then the Pod's status says whose it is.
  const containerId = event.container?.containerId ?? event.containerId ?? '';
  const pod = book.byContainer(containerId);
  const container = pod?.containers.get(containerId);
  if (pod === undefined || container === undefined || !book.isNew(pod)) return;
  const starts = event.topic === '/tasks/start';
  const exits = event.topic === '/tasks/exit';
  if (event.execId == null) {
    if (isInit(pod.object, container)) {
      if (starts) steps.first('replacement-init-started', pod, event, { container });
      if (exits) steps.last('replacement-init-ended', pod, event, { container });
    } else if (starts) steps.first('replacement-container-started', pod, event, { container });
    return;
  }
  // Probes of a container begin after its postStart hook: the first command that runs in it is the hook.
  if (!hooksOf(pod.object, container).execPostStart) return;
  if (event.topic === '/tasks/exec-started' && !hooks.has(containerId)) {
    hooks.set(containerId, event.execId);
    steps.first('replacement-poststart-started', pod, event, { container });
  } else if (exits && hooks.get(containerId) === event.execId) {
    steps.last('replacement-poststart-ended', pod, event, { container });
  }
}

function isInit(pod: Readonly<Record<string, unknown>>, container: string): boolean {
  const inits = asList(asRecord(pod['spec'])['initContainers']).map((each) => asRecord(each)['name']);
  return inits.includes(container) && !sidecarsOf(pod).includes(container);
}
