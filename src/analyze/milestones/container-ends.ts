import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import { countOf } from '../../model/count-of.ts';
import { formatMs } from '../words/format-figures.ts';
import { lastingContainers } from '../objects/container-specs.ts';
import type { PodsAsOf } from '../objects/pods-as-of.ts';

/** The end of one container of one victim: what each sentence about it is made of. */
export interface ContainerEnd {
  readonly podUid: string;
  readonly container: string;
  /** When the Pod's end began: its delete as the API server received it, or the next best sight of it. */
  readonly deleted: Milestone | undefined;
  /** The stop signal to its first process, if there was one. */
  readonly signalled: Milestone | undefined;
  readonly killed: Milestone | undefined;
  readonly exited: Milestone | undefined;
}

/** The ends of all containers that run as long as their Pods, victim by victim. */
export function containerEnds(
  victims: readonly Victim[],
  pods: PodsAsOf,
  milestones: readonly Milestone[],
): readonly ContainerEnd[] {
  return victims.flatMap(({ uid }) => {
    const own = milestones.filter(({ podUid }) => podUid === uid);
    const first = (name: MilestoneName, container?: string): Milestone | undefined =>
      own.find((each) => each.name === name && (container === undefined || each.container === container));
    return lastingContainers(pods.of(uid)?.object ?? {}).map(({ name }) => ({
      podUid: uid,
      container: name,
      deleted:
        first('delete-received') ??
        first('delete-requested') ??
        first('deletion-timestamp-seen') ??
        first('termination-started'),
      signalled: first('signal-sent', name),
      killed: first('kill-sent', name),
      exited: first('process-exited', name) ?? first('exiting', name),
    }));
  });
}

/**
 * How those ends of one container came about, in one clause, e.g. `SIGKILL ended it in 1 of 2 Pods, 2.00 s after the
 * stop signal`; `null` where nobody saw any. `what` ended, as the clause is to call it.
 */
export function describeEnds(ends: readonly ContainerEnd[], what = 'it'): string | null {
  const killed = ends.filter((end) => end.killed !== undefined);
  if (killed.length > 0) {
    const of = killed.length === ends.length ? '' : ` in ${killed.length} of ${countOf(ends.length, 'Pod')}`;
    return `SIGKILL ended ${what}${of}${after(killed, ({ killed: kill }) => kill)}`;
  }
  const exited = ends.filter((end) => end.exited !== undefined);
  if (exited.length === 0) return null;
  const codes = [...new Set(exited.flatMap(({ exited: exit }) => exit?.detail ?? []))].sort();
  const itself = codes.every((code) => !code.includes(':')) ? ' by itself' : '';
  const how = codes.length === 0 ? '' : ` (${codes.join(', ')})`;
  return `${what} ended${itself}${how}${after(exited, ({ exited: exit }) => exit)}`;
}

/** `, 5.2 ms after the stop signal`, or of several Pods `, 5.2 ms to 31 ms after …`; since the delete without a signal. */
function after(ends: readonly ContainerEnd[], step: (end: ContainerEnd) => Milestone | undefined): string {
  const since = ends.every(({ signalled }) => signalled !== undefined) ? 'signalled' : 'deleted';
  const times = ends.flatMap((end) => {
    const [from, to] = [end[since], step(end)];
    return from === undefined || to === undefined ? [] : [(to.atNs - from.atNs) / NS_PER_MS];
  });
  if (times.length === 0) return '';
  return `, ${formatRange(times)} after the ${since === 'signalled' ? 'stop signal' : 'delete'}`;
}

/** The smallest and the largest of some times in ms: `31 ms`, `31 ms to 45 ms`. */
export function formatRange(times: readonly number[]): string {
  const [least, most] = [formatMs(Math.min(...times)), formatMs(Math.max(...times))];
  return least === most ? least : `${least} to ${most}`;
}
