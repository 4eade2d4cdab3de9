import { NS_PER_MS } from '../../model/duration.ts';
import type { Evidence } from '../../model/attribution.ts';
import { orderOf } from '../times/order-of.ts';
import { ambiguous, repeated, shown, unexplained, type Conclusion } from './conclusion.ts';
import type { PodLife } from './pod-lives.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** No connection came about, and it is known (or supposed) to which Pod it was sent. */
export function judgeConnectFailure(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const life = trial.lives.at(target.pod.uid, facts.endNs);
  return facts.record.outcome === 'refused'
    ? judgeRefused(facts, target, life, trial)
    : judgeSilent(facts, target, life);
}

/** Somebody answered with a RST: the Pod's network was there, and nobody listened in it. */
function judgeRefused(facts: RequestFacts, target: Target, life: PodLife, trial: TrialEvidence): Conclusion {
  const { name } = target.pod;
  const end = { atNs: facts.endNs, uncertaintyNs: facts.uncertaintyNs };
  const reset = facts.podReset;
  const nobodyListened = reset?.event.reason === 'NO_SOCKET';
  const evidence: Evidence[] = [];
  if (reset !== null) {
    const what = !reset.matched
      ? `${name} sent somebody a RST just then (${reset.event.reason})`
      : nobodyListened
        ? `nobody listened in ${name}: its kernel answered with a RST`
        : `${name} answered with a RST (${reset.event.reason})`;
    evidence.push({ eventId: reset.event.id, atNs: reset.event.atNs, what });
  }
  const proven = reset?.matched === true && nobodyListened;
  const refusedAt = reset === null ? end : reset.event;

  if (life.listening !== null && orderOf(life.listening, refusedAt) !== 'before') {
    // A rule that was made for this Pod, not one that was left of whoever had its address before.
    const meant = life.routed !== null && orderOf(life.routed, refusedAt) === 'before';
    return {
      cause: 'replacement-not-ready',
      confidence: proven && meant && orderOf(life.listening, refusedAt) === 'after' ? 'certain' : 'likely',
      because: `${name} was new and began to listen only later`,
      evidence: [...evidence, shown(life.listening, `${name} began to listen`)],
    };
  }
  const { goingSince, listenerClosed, restarted } = life;
  if (restarted !== null && (listenerClosed === null || listenerClosed.atNs < restarted.atNs)) {
    const what = `the container of ${name} had been started anew`;
    return {
      cause: 'replacement-not-ready',
      confidence: 'likely',
      because: `${what}, and did not listen yet`,
      evidence: [...evidence, { eventId: restarted.eventId, atNs: restarted.atNs, what }],
    };
  }
  if (!proven && listenerClosed !== null && orderOf(refusedAt, listenerClosed) === 'before') {
    return unexplained(
      `${name} refused the connection although it still listened`,
      ['who sent the RST (kernel), and why'],
      [...evidence, shown(listenerClosed, `${name} closed its listener only later`)],
    );
  }
  const closing = listenerClosed === null ? [] : [shown(listenerClosed, `${name} closed its listener`)];
  if (goingSince !== null && orderOf(goingSince, refusedAt) !== 'after') {
    // What came later shows that the address was still its own; a Pod that is new may never have listened. That its
    // container has ended is reported later than it did.
    const stays = [life.released, ...life.exits].some(
      (step) =>
        step !== null && step.name !== 'container-terminated' && orderOf(refusedAt, step) === 'before',
    );
    const seen = stays && !trial.book.isNew(target.pod) && orderOf(goingSince, refusedAt) === 'before';
    return {
      cause: 'listener-closed-still-routed',
      confidence: proven && seen ? 'certain' : 'likely',
      because: `${name} was going and no longer listened, and it was still sent there`,
      evidence: [...evidence, shown(goingSince, `${name} was going (${goingSince.name})`), ...closing],
    };
  }
  const exit = life.exits.find((each) => orderOf(each, refusedAt) !== 'after');
  if (listenerClosed !== null || exit !== undefined) {
    const gone = exit === undefined ? [] : [shown(exit, `the process of ${name} ended`)];
    return {
      cause: 'listener-closed-still-routed',
      confidence: 'likely',
      because: `nobody listened in ${name} any more, and it was still sent there`,
      evidence: [...evidence, ...closing, ...gone],
    };
  }
  if (life.ready !== null && orderOf(end, life.ready) === 'before') {
    return {
      cause: 'replacement-not-ready',
      confidence: 'likely',
      because: `${name} was new and was Ready only later`,
      evidence: [...evidence, shown(life.ready, `${name} was Ready`)],
    };
  }
  return unexplained(
    `${name} refused the connection although nothing says that it was going`,
    [`when ${name} began and ceased to listen`],
    evidence,
  );
}

/** Nobody answered, or a router said that there is no such host. */
function judgeSilent(facts: RequestFacts, target: Target, life: PodLife): Conclusion {
  const { name } = target.pod;
  const end = { atNs: facts.endNs, uncertaintyNs: facts.uncertaintyNs };
  const again = facts.retransmits.slice(0, 1).map(repeated);
  const { released } = life;
  if (released !== null && orderOf(released, end) === 'before') {
    return {
      cause: 'pod-gone-still-routed',
      confidence: 'likely',
      because: `the address of ${name} went while the client tried, and it was still sent there`,
      evidence: [...again, shown(released, `the network of ${name} was released`)],
    };
  }
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const last = [life.listenerClosed, ...life.exits].find(
    (step) => step !== null && step.name !== 'container-terminated' && orderOf(start, step) === 'before',
  );
  if (last != null && orderOf(last, end) === 'before') {
    return ambiguous(
      ['pod-gone-still-routed', 'overload'],
      `${name} was there when the client began to try, ended meanwhile, and never answered`,
      [
        ...again,
        shown(
          last,
          `${name} still had its ${last.name === 'listener-closed' ? 'listener' : 'process'} until then`,
        ),
      ],
      [`when the network of ${name} was released`],
    );
  }
  const ended =
    life.sandboxStopped ?? life.objectGone ?? (life.podGoing === null ? null : life.exits.at(-1)) ?? null;
  if (ended !== null && orderOf(ended, end) === 'before') {
    return {
      cause: 'pod-gone-still-routed',
      confidence: 'likely',
      because: `${name} had ended (${ended.name}), and it was still sent there`,
      evidence: [...again, shown(ended, `${name} had ended (${ended.name})`)],
    };
  }
  if (life.goingSince !== null && orderOf(life.goingSince, end) !== 'after') {
    const since = shown(life.goingSince, `${name} was going (${life.goingSince.name})`);
    if (facts.record.outcome === 'unreachable') {
      return {
        cause: 'pod-gone-still-routed',
        confidence: 'likely',
        because: `${name} was going, and whoever had to hand the packet on to it said that there is no such host`,
        evidence: [...again, since],
        missing: [`when the network of ${name} was released`],
      };
    }
    return ambiguous(
      ['pod-gone-still-routed', 'overload'],
      `${name} was going and did not answer; nobody saw when its network went`,
      [...again, since],
      [`when the network of ${name} was released`],
    );
  }
  if (life.ready !== null && orderOf(end, life.ready) === 'before') {
    return {
      cause: 'replacement-not-ready',
      confidence: 'likely',
      because: `${name} was new and was Ready only later`,
      evidence: [...again, shown(life.ready, `${name} was Ready`)],
    };
  }
  if (facts.staleAnswer !== null) {
    const { id, atNs, reason } = facts.staleAnswer;
    const what = `the client refused what came as an answer (${reason}): it was of an older connection from its port`;
    return unexplained(
      `${name} still held an older connection from the client's port, and answered for that`,
      ['when the older connection ended'],
      [...again, { eventId: id, atNs, what }],
    );
  }
  const staying = life.lastSeenStaying;
  if (staying === null || staying.atNs < facts.endNs - 1000 * NS_PER_MS) {
    return unexplained(
      `${name} did not answer, and nothing says what became of it`,
      [`whether ${name} was alive: no later sight of it`],
      again,
    );
  }
  return {
    cause: 'overload',
    confidence: 'likely',
    because: `${name} was alive and did not accept the connection in time: its queue was full`,
    evidence: [...again, { ...staying, what: `${name} was still there, with no sign of an end until then` }],
  };
}
