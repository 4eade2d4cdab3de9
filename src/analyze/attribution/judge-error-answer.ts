import type { Evidence } from '../../model/attribution.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import { orderOf, type Moment } from '../times/order-of.ts';
import { ambiguous, shown, unexplained, type Conclusion } from './conclusion.ts';
import { hookRunsIn, type PodLife } from './pod-lives.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import { turnOf } from './turn-to-errors.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** Statuses by which a server says that it cannot take more. */
const BUSY = new Set([429, 503, 504]);
/** Statuses by which a proxy says that what is behind it did not answer, or not well. */
const GATEWAY = new Set([502, 503, 504]);

/** An answer, when it came, and what shows it. */
interface Answer extends Moment {
  readonly status: number;
  readonly shown: Evidence;
}

/**
 * The Pod answered with an error: because it was going, because it was not ready yet, or because it was too busy. Only
 * what it refuses because it is going is `draining-rejected`: an error that Pods that stay give too is none of it.
 */
export function judgeErrorAnswer(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const { record } = facts;
  const life = trial.lives.at(target.pod.uid, facts.endNs);
  const { name } = target.pod;
  const status = record.status ?? 0;
  const atNs = record.firstByteNs ?? facts.endNs;
  const what = `${name} answered ${status}`;
  const answer: Answer = {
    atNs,
    uncertaintyNs: facts.uncertaintyNs,
    status,
    shown: { eventId: null, atNs, what },
  };
  const early = judgeNotReady(facts, target, life, trial, answer);
  if (early !== null) return early;
  if (status >= 500) {
    const behind = judgeBehind(target, life, trial, answer);
    if (behind !== null) return behind;
    const { goingSince } = life;
    if (goingSince !== null && orderOf(goingSince, answer) === 'before') {
      return judgeGoing(target, life, goingSince, trial, answer);
    }
    if (goingSince !== null && orderOf(goingSince, answer) === 'indeterminate') {
      const evidence = [answer.shown, shown(goingSince, `${name} was going (${goingSince.name})`)];
      const because = `${what} just when its end began`;
      return ambiguous(['draining-rejected', 'overload'], because, evidence);
    }
  }
  if (BUSY.has(status)) {
    return {
      cause: 'overload',
      confidence: 'likely',
      because: `${name} was not going and answered ${status}: it could not take more`,
      evidence: [answer.shown],
    };
  }
  return unexplained(`${what}, and nothing says that it was going`, [OWN_LOG], [answer.shown]);
}

const OWN_LOG = 'why the app itself answered so: its own log tells';

/** The Pod was going, which the app itself learns only later: by a signal, or by a hook that runs in it. */
function judgeGoing(
  { pod: { name, uid } }: Target,
  { toldSince, serving }: PodLife,
  goingSince: Milestone,
  trial: TrialEvidence,
  answer: Answer,
): Conclusion {
  const { status } = answer;
  const because = `${name} was going already and answered ${status}`;
  const evidence = [answer.shown, shown(goingSince, `${name} was going (${goingSince.name})`)];
  const turn = turnOf(trial, uid, status, toldSince ?? goingSince);
  if (turn.givenByOthers !== null) {
    const { others, atNs } = turn.givenByOthers;
    const also = { eventId: null, atNs, what: `${others} answered ${status}, too, and was not going` };
    const both = `${because}, as Pods that stayed did`;
    return BUSY.has(status)
      ? {
          cause: 'overload',
          confidence: 'weak',
          because: `${both}: it could not take more`,
          evidence: [...evidence, also],
        }
      : unexplained(both, [OWN_LOG], [...evidence, also]);
  }
  const missing = [`when the app in ${name} came to know that it was going`];
  if (toldSince === null) {
    if (!BUSY.has(status) && !turn.complete) return unexplained(because, [OWN_LOG, ...missing], evidence);
    return {
      cause: 'draining-rejected',
      confidence: turn.complete ? 'likely' : 'weak',
      because,
      evidence,
      missing,
    };
  }
  const who = toldSince.container ?? serving ?? 'app';
  const told = [
    ...evidence,
    shown(toldSince, `container ${who} of ${name} was told to go (${toldSince.name})`),
  ];
  if (orderOf(toldSince, answer) === 'after') {
    const early = `${because}, before anything told container ${who}`;
    return BUSY.has(status)
      ? ambiguous(['draining-rejected', 'overload'], early, told)
      : unexplained(early, [OWN_LOG], told);
  }
  if (turn.complete) {
    return {
      cause: 'draining-rejected',
      // Want of capacity can come at the very moment: the status alone does not tell.
      confidence: 'likely',
      because: `${name} answered ${status}, as it did to all since container ${who} was told to go, and to nobody before`,
      evidence: told,
    };
  }
  if (turn.before) {
    const anyhow = `${because}, as it had before anything told container ${who}`;
    return BUSY.has(status)
      ? {
          cause: 'overload',
          confidence: 'weak',
          because: `${anyhow}: it could not take more`,
          evidence: told,
        }
      : unexplained(anyhow, [OWN_LOG], told);
  }
  if (status === 503) return { cause: 'draining-rejected', confidence: 'likely', because, evidence: told };
  if (turn.mixed) return unexplained(`${because}, and others well at the same time`, [OWN_LOG], told);
  return BUSY.has(status)
    ? ambiguous(['draining-rejected', 'overload'], because, told)
    : unexplained(because, [OWN_LOG], told);
}

const SIGNALS: readonly MilestoneName[] = ['signal-sent', 'signal-received'];
const TELLS_OR_ENDS: ReadonlySet<MilestoneName> = new Set([...SIGNALS, 'process-exited']);

/** Signals to the Pod's containers are seen: one that nobody saw was hardly sent. */
function isWatched(all: readonly Milestone[]): boolean {
  return all.some(({ name }) => SIGNALS.includes(name));
}

/** A hook that runs in the container, or asks it, and began before it ended. */
function hookBefore(ended: Milestone, pod: Target['pod'], all: readonly Milestone[]): Milestone | null {
  const of = ended.container ?? '';
  return (
    all.find(
      (step) =>
        step.name === 'prestop-started' &&
        step.container === of &&
        hookRunsIn(step, pod, of) &&
        orderOf(step, ended) === 'before',
    ) ?? null
  );
}

/** A proxy serves the port, and the container behind it had been told to go or had ended. `null`: it is no such answer. */
function judgeBehind(
  { pod }: Target,
  life: PodLife,
  trial: TrialEvidence,
  answer: Answer,
): Conclusion | null {
  const { status } = answer;
  const { serving, all } = life;
  const { name, uid } = pod;
  if (!GATEWAY.has(status) || serving === null) return null;
  const steps = all
    .filter(({ container }) => container !== null && container !== serving)
    .filter((step) => TELLS_OR_ENDS.has(step.name))
    .filter((step) => trial.serving.mayBeBehind(pod, step.container ?? ''))
    .filter((step) => orderOf(step, answer) !== 'after');
  const [told] = steps;
  if (told === undefined) return null;
  const own = all.find(
    ({ name: step, container }) =>
      container === serving && (step === 'signal-sent' || step === 'signal-received'),
  );
  // Once the proxy itself was told, its refusals may be its own.
  if (own !== undefined && orderOf(own, answer) !== 'after' && status === 503) return null;
  const end = steps.find((step) => step.name === 'process-exited' && step.container === told.container);
  const turn = turnOf(trial, uid, status, told);
  // Nobody can be behind the proxy any more, and none was answered well since: whatever others answer, this is why.
  const gone = end !== undefined && !turnOf(trial, uid, status, end).mixed;
  // What was told to go may still answer what it has in hand; a server that is full says 503 of itself.
  const begun = turn.givenByOthers === null && (!turn.mixed || (turn.begins && status !== 503));
  if (!gone && !begun) return null;
  const seen = orderOf(told, answer) === 'before';
  if (told.name === 'process-exited') {
    // Nothing had told it before: it may have ended by itself, if only nobody saw who told it.
    const ended = `container ${told.container ?? ''} of ${name} had ended`;
    const evidence = [answer.shown, shown(told, ended)];
    const because = `container ${serving} of ${name} answered ${status}: behind it, ${ended}`;
    const hook = hookBefore(told, pod, all);
    if (hook !== null) {
      const began = `the preStop hook of container ${told.container ?? ''} of ${name} began (prestop-started)`;
      return {
        cause: 'draining-rejected',
        confidence: 'likely',
        because: `${because} after its preStop hook began`,
        evidence: [answer.shown, shown(hook, began), ...evidence.slice(1)],
        missing: [
          `that the hook ended container ${told.container ?? ''}: nobody sees what a hook asks of an app`,
        ],
      };
    }
    const { goingSince } = life;
    if (goingSince === null || orderOf(goingSince, told) !== 'before' || isWatched(all)) {
      return unexplained(`${because}, and nothing was seen to tell it so`, [`why ${ended}`], evidence);
    }
    const missing = [`who told container ${told.container ?? ''} to stop (kernel)`];
    return { cause: 'draining-rejected', confidence: 'weak', because, evidence, missing };
  }
  return {
    cause: 'draining-rejected',
    confidence: turn.complete && seen && status === 502 ? 'certain' : 'likely',
    because: `container ${serving} of ${name} answered ${status}, because container ${told.container ?? ''} behind it had been told to go${end === undefined ? '' : ', and had ended'}`,
    evidence: [
      answer.shown,
      shown(told, `container ${told.container ?? ''} of ${name} was told to go (${told.name})`),
      ...(end === undefined ? [] : [shown(end, `container ${told.container ?? ''} of ${name} had ended`)]),
    ],
  };
}

/**
 * A Pod that came during the trial, or whose container was started anew, and that had served nobody well since: it is in
 * rotation, and not yet fit for it. Never more than likely, as it rests on no good answer having been seen.
 */
function judgeNotReady(
  facts: RequestFacts,
  { pod }: Target,
  { ready, restarted }: PodLife,
  trial: TrialEvidence,
  answer: Answer,
): Conclusion | null {
  const { name, uid } = pod;
  if (ready !== null && orderOf(answer, ready) === 'before') {
    return {
      cause: 'replacement-not-ready',
      confidence: 'likely',
      because: `${name} was new, answered ${answer.status} and was Ready only later`,
      evidence: [answer.shown, shown(ready, `${name} was Ready`)],
    };
  }
  if (answer.status < 500) return null;
  if (restarted !== null && !trial.answered.answeredWell(uid, restarted.atNs, facts.startNs)) {
    const what = `the container of ${name} had been started anew`;
    return {
      cause: 'replacement-not-ready',
      confidence: 'likely',
      because: `${what}, and answered ${answer.status} before it had served anybody well`,
      evidence: [answer.shown, { eventId: restarted.eventId, atNs: restarted.atNs, what }],
    };
  }
  if (pod.firstSeenNs === -Infinity || !trial.hasConntrack) return null;
  const first = trial.firstAnswers.of(pod);
  if (first !== null && first.atNs < facts.startNs) return null;
  if ((trial.answered.firstNs(uid) ?? Infinity) <= facts.startNs) return null;
  const later: readonly Evidence[] =
    first === null
      ? []
      : [{ eventId: first.id, atNs: first.atNs, what: `the first connection that ${name} served well` }];
  return {
    cause: 'replacement-not-ready',
    confidence: 'likely',
    because: `${name} was new and answered ${answer.status} before it had served anybody well`,
    evidence: [answer.shown, ...later],
  };
}
