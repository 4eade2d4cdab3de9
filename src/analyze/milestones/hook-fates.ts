import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { ContainerEnd } from './container-ends.ts';
import { isGraceOver } from '../objects/grace-of.ts';
import { HOOK_GIVEN_UP } from './kubelet-milestones.ts';
import { lastingContainers } from '../objects/container-specs.ts';
import { orderOf } from '../times/order-of.ts';
import type { PodsAsOf } from '../objects/pods-as-of.ts';

/**
 * How a preStop hook came to its end.
 *
 * - `completed`: it ended, and nobody said that it failed.
 * - `failed`: it failed by itself, while its container and its grace period went on.
 * - `cut-by-grace`: the grace period was over before it had ended. The kubelet calls that a failure too.
 * - `ended-with-container`: its container's process ended first, and took the hook with it; so a hook ends that asks the
 *   app to leave and waits for it.
 * - `failed-or-cut`: it was said to have failed, and nothing tells which of these it was.
 * - `unknown`: its end was not seen.
 */
export type HookEnd =
  'completed' | 'failed' | 'cut-by-grace' | 'ended-with-container' | 'failed-or-cut' | 'unknown';

/** One preStop hook of one victim, held against everything else that was seen of that container's end. */
export interface HookFate extends ContainerEnd {
  readonly end: HookEnd;
  readonly started: Milestone | undefined;
  /** When it had ended, had failed or was given up. */
  readonly over: Milestone | undefined;
}

/** What became of the hooks of these containers; those without one are left out. */
export function hookFates(
  ends: readonly ContainerEnd[],
  pods: PodsAsOf,
  milestones: readonly Milestone[],
): readonly HookFate[] {
  return ends.flatMap((end): readonly HookFate[] => {
    const pod = pods.of(end.podUid)?.object ?? {};
    const container = lastingContainers(pod).find(({ name }) => name === end.container);
    if (container === undefined || Object.keys(container.preStop).length === 0) return [];
    return [
      fateOf(
        end,
        pod,
        milestones.filter(({ podUid }) => podUid === end.podUid),
      ),
    ];
  });
}

function fateOf(
  end: ContainerEnd,
  pod: Readonly<Record<string, unknown>>,
  own: readonly Milestone[],
): HookFate {
  const step = (name: MilestoneName): Milestone | undefined =>
    own.find((each) => each.name === name && each.container === end.container);
  const ended = step('prestop-ended');
  const failed = step('prestop-failed');
  const fate = { ...end, started: step('prestop-started') };
  if (ended?.detail === HOOK_GIVEN_UP) return { ...fate, over: ended, end: 'cut-by-grace' };
  if (failed === undefined) {
    return { ...fate, over: ended, end: ended === undefined ? 'unknown' : 'completed' };
  }
  return { ...fate, over: failed, end: endOfFailed(failed) };

  function endOfFailed(failure: Milestone): HookEnd {
    const { signalled, exited } = end;
    const cut = [signalled, exited].some((each) => each !== undefined && isGraceOver(pod, own, each));
    if (signalled !== undefined) {
      if (cut) return 'cut-by-grace';
      // A hook that is not over holds the stop signal back: then it was over while its container went on.
      if (exited === undefined || orderOf(signalled, exited) === 'before') return 'failed';
    }
    // That no end and no signal were seen tells nothing.
    if (exited === undefined || cut) return 'failed-or-cut';
    if (orderOf(failure, exited) === 'before') return 'failed';
    return endedUnasked(exited, failure) ? 'ended-with-container' : 'failed-or-cut';
  }

  /** Its process had ended before anybody wanted to stop it. */
  function endedUnasked(exit: Milestone, failure: Milestone): boolean {
    const asked = step('stop-requested');
    if (asked !== undefined) return orderOf(exit, asked) === 'before';
    // An Event comes some time after what it tells: that alone orders nothing.
    return failure.source === 'kubelet' && orderOf(exit, failure) === 'before';
  }
}
