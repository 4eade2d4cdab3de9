import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { PodBook, KnownPod } from '../objects/pod-book.ts';
import { asList, asRecord, asText } from '../objects/read-json.ts';

/**
 * How long the slowest victim took to go, ms: from the request to delete it (where nobody named it, as in a rollout:
 * from its deletionTimestamp) to the end of its last container (see `podEnd`). An eviction that a budget refused does
 * not count: then it is from the accepted one. `null` when no victim shows both.
 */
export function shutdownTime(
  milestones: readonly Milestone[],
  victims: readonly Victim[],
  book: PodBook,
): number | null {
  const byPod = Map.groupBy(milestones, ({ podUid }) => podUid);
  const times = victims
    .map(({ uid }) => {
      const own = byPod.get(uid) ?? [];
      const [from, to] = [startOf(own), podEnd(own, book.byUid(uid))];
      return from === undefined || to === null ? null : to.atNs - from.atNs;
    })
    .filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(...times) / NS_PER_MS;
}

function startOf(own: readonly Milestone[]): Milestone | undefined {
  const first = (name: MilestoneName): Milestone | undefined => own.find((each) => each.name === name);
  const accepted = first('delete-received') ?? first('delete-accepted');
  // Which of several requests it was that was accepted, only the answers tell.
  const asked = first('delete-refused') === undefined ? first('delete-requested') : accepted;
  return asked ?? first('deletion-timestamp-seen');
}

/** The end of a container: its process's own where somebody saw it, else the app's last word, else its status. */
const ENDS: readonly MilestoneName[] = ['process-exited', 'exiting', 'container-terminated'];

/**
 * When the last of a Pod's containers ended, sidecars among them: a main container's end says nothing of theirs.
 * Where the end of one was not seen, the object's removal. `null` when nothing shows it. `own`: the Pod's milestones.
 */
export function podEnd(own: readonly Milestone[], pod: KnownPod | undefined): Milestone | null {
  const byContainer = Map.groupBy(
    own.filter(({ name }) => ENDS.includes(name)),
    ({ container }) => container ?? '',
  );
  const wanted = containersOf(pod);
  const names = wanted.length === 0 ? [...byContainer.keys()] : wanted;
  const ends = names.map((name) => bestOf(byContainer.get(name) ?? []));
  const [last] = ends.filter((end) => end !== null).toSorted((a, b) => b.atNs - a.atNs);
  if (last !== undefined && !ends.includes(null)) return last;
  return own.find(({ name }) => name === 'pod-gone') ?? null;
}

function bestOf(ends: readonly Milestone[]): Milestone | null {
  const [name] = ENDS.filter((each) => ends.some((end) => end.name === each));
  return ends.findLast((end) => end.name === name) ?? null;
}

/** Those that run as long as the Pod does; empty where the object was never seen whole. */
function containersOf(pod: KnownPod | undefined): readonly string[] {
  const spec = asRecord(pod?.object['spec']);
  const sidecars = asList(spec['initContainers']).filter(
    (each) => asRecord(each)['restartPolicy'] === 'Always',
  );
  return [...sidecars, ...asList(spec['containers'])]
    .map((each) => asText(asRecord(each)['name']))
    .filter((name) => name !== null);
}
