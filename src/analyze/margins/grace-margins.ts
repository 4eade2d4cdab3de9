import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type { GraceMargin } from '../../model/margin.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { NodeRules } from '../../model/node-rules.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { LoadFacts } from '../ledger/load-facts.ts';

/** The ledger's clock is the load process's own, read in its event loop. */
const LEDGER_UNCERTAINTY_NS = 50_000;
/** An app that answers so long after its stop signal goes on serving; what comes sooner was on its way already. */
const STILL_SERVES_NS = 50 * NS_PER_MS;

export interface GraceInput {
  readonly victims: readonly Victim[];
  readonly milestones: readonly Milestone[];
  readonly rules: readonly NodeRules[];
  /** Name of the container that answers the requests of a Pod; `null`: of several nobody knows which. */
  readonly servingOf: (podUid: string) => string | null;
  /** What the Pods have to end, s; `null`: nothing limits it from outside (a process that is killed at once). */
  readonly graceSeconds: number | null;
  readonly facts: LoadFacts;
  /** Of all loads of the trial: pod uid → its last answer since the disruption, ns. */
  readonly lastAnswerNs: ReadonlyMap<string, number>;
  /** How long an answer of this load may take, ms. */
  readonly longestAnswerMs: number;
  /** Pod uid → requests of this load that it had in hand when it ended. */
  readonly cutOf: (podUid: string) => number;
  /** What is not known of the load's clock, ns; `null`: how much that is was never told. */
  readonly clockUncertaintyNs: number | null;
}

/**
 * Of each Pod that went: how much time it had left when it had answered its last request.
 *
 * An app that goes on serving after its stop signal and ends by itself waits for its requests: it has until the grace
 * period is over. Any other ends when it ends, whatever it has in hand; that nothing was in hand then may be luck. So
 * one more request counts for it, that came just before the last node stopped sending and took as long as any.
 */
export function graceMargins(input: GraceInput): readonly GraceMargin[] {
  return input.victims.map((victim): GraceMargin => {
    const cut = input.cutOf(victim.uid);
    const who = { pod: victim.name, podUid: victim.uid, cut };
    const unknown = (why: string): GraceMargin => ({ ...who, until: 'unknown', margin: null, why });
    const end = endOf(input, victim.uid);
    if (end === undefined) return unknown('nobody saw its process end');
    if (input.clockUncertaintyNs === null) return unknown('how the load’s clock goes was never told');
    const { lastUnknownAnswerNs } = input.facts;
    if (lastUnknownAnswerNs !== null && lastUnknownAnswerNs > (input.lastAnswerNs.get(victim.uid) ?? 0)) {
      return unknown('nothing tells which Pod gave some answers');
    }
    const limit = end.killed || !waits(input, victim.uid, end.at) ? null : deadlineOf(input, victim.uid);
    const until = limit === null ? 'end' : 'deadline';
    const doneNs = lastDoneNs(input, victim.uid, until);
    // It had answered nothing since the disruption, and no node had sent to it: nothing can have been in hand.
    if (doneNs === null) return { ...who, until, margin: null, why: '' };
    const { atNs, uncertaintyNs } = limit ?? end.at;
    const jointNs = uncertaintyNs + LEDGER_UNCERTAINTY_NS + input.clockUncertaintyNs;
    const margin = { ms: (atNs - doneNs) / NS_PER_MS, uncertaintyMs: jointNs / NS_PER_MS };
    return { ...who, until, margin, why: '' };
  });
}

interface Moment {
  readonly atNs: number;
  readonly uncertaintyNs: number;
}

/** The SIGKILL that ended the container that serves, or the end of its process. */
function endOf(
  { milestones, servingOf }: GraceInput,
  podUid: string,
): { readonly at: Moment; readonly killed: boolean } | undefined {
  const serving = servingOf(podUid);
  const own = milestones.filter(
    ({ podUid: uid, container }) => uid === podUid && (serving === null || container === serving),
  );
  const first = (name: MilestoneName): Milestone | undefined => own.find((each) => each.name === name);
  // The Pod's status tells of it only afterwards: that would make the margin longer than it was.
  const exit = first('process-exited') ?? first('exiting');
  const kill = first('kill-sent');
  if (kill !== undefined && kill.atNs <= (exit?.atNs ?? Infinity)) return { at: kill, killed: true };
  return exit === undefined ? undefined : { at: exit, killed: false };
}

/** It answered long after it was told to stop, or says itself that it had waited for all. */
function waits({ milestones, lastAnswerNs }: GraceInput, podUid: string, end: Moment): boolean {
  const own = milestones.filter((milestone) => milestone.podUid === podUid);
  const told = own.find(({ name }) => name === 'signal-sent' || name === 'signal-received');
  if (told === undefined) return false;
  if (own.some(({ name, atNs }) => name === 'drained' && atNs >= told.atNs && atNs <= end.atNs)) return true;
  return (lastAnswerNs.get(podUid) ?? -Infinity) - told.atNs > STILL_SERVES_NS;
}

function deadlineOf({ milestones, graceSeconds }: GraceInput, podUid: string): Moment | null {
  const begun = milestones.find(
    ({ podUid: uid, name }) =>
      uid === podUid && (name === 'delete-received' || name === 'deletion-timestamp-seen'),
  );
  if (begun === undefined || graceSeconds === null) return null;
  return { atNs: begun.atNs + graceSeconds * NS_PER_S, uncertaintyNs: begun.uncertaintyNs };
}

function lastDoneNs(
  { facts, rules, longestAnswerMs }: GraceInput,
  podUid: string,
  until: 'deadline' | 'end',
): number | null {
  const answered = facts.lastAnswerNs.get(podUid) ?? null;
  if (until === 'deadline') return answered;
  const dropped = rules
    .filter((each) => each.podUid === podUid && each.atNs !== null)
    .map(({ atNs }) => (atNs ?? 0) + longestAnswerMs * NS_PER_MS);
  const all = [...dropped, ...(answered === null ? [] : [answered])];
  return all.length === 0 ? null : Math.max(...all);
}
