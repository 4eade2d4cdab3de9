import type { Moment } from '../times/order-of.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** With fewer answers of a kind than this, that they all are alike says nothing. */
const ENOUGH = 3;

/** How a Pod's answers changed at the moment when it was told to go. The ledgers are complete: what they lack did not happen. */
export interface Turn {
  /** Before it answered nobody so; from its first such answer on everybody who asked; and others answered well meanwhile. */
  readonly complete: boolean;
  /** It answered so already before it was told, and nobody well from then until it was. */
  readonly before: boolean;
  /** It answered so since it was told, and others that were sent later well. */
  readonly mixed: boolean;
  /** It answered so often enough since it was told, and to nobody before; others may have been answered well besides. */
  readonly begins: boolean;
  /** A Pod that was not going answered so, too. */
  readonly givenByOthers: { readonly others: string; readonly atNs: number } | null;
}

/** A draining Pod refuses thousands: what the ledgers say of it is worked out once. */
const known = new WeakMap<TrialEvidence, Map<string, Turn>>();

/** What the ledgers say of this status: does it come with the Pod's end? */
export function turnOf(trial: TrialEvidence, uid: string, status: number, told: Moment): Turn {
  const turns = known.get(trial) ?? new Map<string, Turn>();
  known.set(trial, turns);
  const key = `${uid} ${status} ${told.atNs}`;
  const turn = turns.get(key) ?? workOut(trial, uid, status, told);
  turns.set(key, turn);
  return turn;
}

function workOut(trial: TrialEvidence, uid: string, status: number, told: Moment): Turn {
  const own = errorsOf(trial, uid, status);
  let givenByOthers: Turn['givenByOthers'] = null;
  for (const other of trial.answered.errors.keys()) {
    if (other === uid) continue;
    const { goingSince } = trial.lives.at(other, Infinity);
    const alike = errorsOf(trial, other, status).find(
      (atNs) => goingSince === null || atNs < goingSince.atNs,
    );
    if (alike !== undefined)
      givenByOthers ??= { others: trial.book.byUid(other)?.name ?? other, atNs: alike };
  }
  const toldNs = told.atNs - told.uncertaintyNs;
  const [earliest] = own;
  const [first, ...rest] = own.filter((atNs) => atNs >= toldNs);
  const before =
    earliest !== undefined && earliest < toldNs && !trial.answered.answeredWell(uid, earliest, toldNs);
  if (first === undefined) return { complete: false, before, mixed: false, begins: false, givenByOthers };
  const mixed = trial.answered.answeredWell(uid, first, Infinity);
  const othersWell = trial.answered.othersAnsweredWell(uid, first, Infinity);
  const begins = earliest === first && rest.length + 1 >= ENOUGH;
  const complete = begins && !mixed && othersWell && givenByOthers === null;
  return { complete, before, mixed, begins, givenByOthers };
}

function errorsOf(trial: TrialEvidence, uid: string, status: number): readonly number[] {
  const all = trial.answered.errors.get(uid) ?? [];
  return all
    .filter((each) => each.status === status)
    .map(({ atNs }) => atNs)
    .sort((a, b) => a - b);
}
