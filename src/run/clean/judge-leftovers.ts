import type { LeaseSigns } from '../../workload/probe-lease.ts';
import { parseOwner, type LeaseOwner, type OwnerIdentity } from '../../workload/lease-holder.ts';
import { CREATED_BY_ANNOTATION } from '../../workload/ownership.ts';
import type { JournalledObject } from '../journal-leftovers.ts';
import type { Leftover } from './find-leftovers.ts';
import { whyNotOriginal } from './why-not-original.ts';

/** Which runs' leftovers are to go. */
export type CleanRequest =
  | { readonly kind: 'expired' }
  /** Expired, or of a process of this machine that is gone. */
  | { readonly kind: 'dead'; readonly owner: LeaseOwner }
  /** One run, as its label says it; `journal`: what its own journal says may be left, where there is one. */
  | { readonly kind: 'run'; readonly runId: string; readonly journal: readonly JournalledObject[] | null };

export interface JudgedLeftovers {
  readonly remove: readonly Leftover[];
  /** What is not touched although it was looked at, and why. */
  readonly leave: readonly { readonly object: Leftover; readonly why: string }[];
}

/** Of the namespaces that runs make: `drainbench-`, the run's short id, a time. */
const OWN_NAMESPACE = /^drainbench-[0-9a-z]{6}-[0-9a-z]{4}$/;
/** Times of creation are those of another machine's clock, which nobody may be setting. */
const CLOCK_SLACK_MS = 10 * 60_000;

/**
 * Decides what may be removed. Labels can be copied: an object goes only if the journal has its UID, which cannot be
 * copied, or if it shows that it is no copy and its run is dead; and a namespace only if a run made it. Whatever says so,
 * nothing goes of a run that a witness knows alive. Pure.
 *
 * @param witnesses see `probeRuns`, by run; of a run that is missing nothing is known.
 */
export function judgeLeftovers(
  found: readonly Leftover[],
  request: CleanRequest,
  nowMs: number,
  witnesses: ReadonlyMap<string, LeaseSigns>,
): JudgedLeftovers {
  const asked = request.kind === 'run' ? found.filter(({ runId }) => runId === request.runId) : found;
  const deadRuns = request.kind === 'dead' ? runsKnownDead(asked, request.owner) : new Set<string>();
  const reasonToLeave = (object: Leftover): string | null => {
    const witness = witnesses.get(object.runId);
    if (witness !== undefined && witness.alive !== null) return `the run may go on: ${witness.alive}`;
    const foreign = object.kind === 'Namespace' ? whyNotOurNamespace(object) : null;
    if (foreign !== null) return foreign;
    if (request.kind === 'run' && request.journal !== null)
      return isJournalled(object, request.journal)
        ? null
        : "the run's journal does not know it: labels alone prove nothing";
    const copied = whyNotOriginal(object);
    if (copied !== null) return copied;
    if (request.kind === 'run' || deadRuns.has(object.runId)) return null;
    const expiresMs = Math.max(object.expiresAt?.getTime() ?? Infinity, witness?.expiresAt?.getTime() ?? 0);
    if (expiresMs < nowMs) return null;
    return `it expires at ${Number.isFinite(expiresMs) ? new Date(expiresMs).toISOString() : 'no time'}`;
  };
  const remove = new Map<string, Leftover>();
  const leave: { object: Leftover; why: string }[] = [];
  for (const object of asked) {
    const why = reasonToLeave(object);
    if (why === null) remove.set(object.uid, object);
    else leave.push({ object, why });
  }
  return {
    remove: [...remove.values()],
    leave: leave.filter(({ object }) => !goesWith(object, remove, asked)),
  };
}

/** By the process that made something; a run that was resumed has had several. */
function runsKnownDead(found: readonly Leftover[], owner: LeaseOwner): Set<string> {
  const originals = found.filter((object) => whyNotOriginal(object) === null);
  const runsOf = (is: (identity: OwnerIdentity | null) => boolean) =>
    new Set(originals.filter(({ annotations }) => is(parseOwner(annotations))).map(({ runId }) => runId));
  const alive = runsOf((identity) => owner.knowsAlive(identity));
  return new Set([...runsOf((identity) => owner.knowsDead(identity))].filter((runId) => !alive.has(runId)));
}

function whyNotOurNamespace({ name, runId, annotations }: Leftover): string | null {
  if (annotations[CREATED_BY_ANNOTATION] === `run ${runId}` && OWN_NAMESPACE.test(name)) return null;
  return 'no run made this namespace, whatever its labels say';
}

/** An intent without a UID: the run ended between asking for the object and hearing of it. */
function isJournalled(object: Leftover, journal: readonly JournalledObject[]): boolean {
  return journal.some(({ kind, namespace, name, uid, at }) =>
    uid !== null
      ? uid === object.uid
      : kind === object.kind &&
        namespace === object.namespace &&
        name === object.name &&
        object.createdAt.getTime() >= Date.parse(at) - CLOCK_SLACK_MS,
  );
}

/** The garbage collector removes it with its owner, or with its namespace. */
function goesWith(
  object: Leftover,
  remove: ReadonlyMap<string, Leftover>,
  all: readonly Leftover[],
): boolean {
  const namespaceGoes = [...remove.values()].some(
    ({ kind, name }) => kind === 'Namespace' && name === object.namespace,
  );
  return (
    namespaceGoes ||
    object.ownerUids.some((uid) => {
      if (remove.has(uid)) return true;
      const owner = all.find((other) => other.uid === uid);
      return owner !== undefined && goesWith(owner, remove, all);
    })
  );
}
