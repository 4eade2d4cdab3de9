import type { Evidence } from '../../model/attribution.ts';
import { orderOf, type Moment } from '../order-of.ts';
import { ambiguous, shown, unexplained, type Conclusion } from './conclusion.ts';
import type { PodLife } from './pod-lives.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** Statuses by which a server says that it cannot take more. */
const BUSY = new Set([429, 503, 504]);

/** The Pod answered with an error: because it was going, because it was not ready yet, or because it was too busy. */
export function judgeErrorAnswer(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const { record } = facts;
  const life = trial.lives.of(target.pod.uid);
  const status = record.status ?? 0;
  const answered = { atNs: record.firstByteNs ?? facts.endNs, uncertaintyNs: facts.uncertaintyNs };
  const answer = { eventId: null, atNs: answered.atNs, what: `${target.pod.name} answered ${status}` };
  if (status >= 500 && life.goingSince !== null) {
    const order = orderOf(life.goingSince, answered);
    const evidence = [
      answer,
      shown(life.goingSince, `${target.pod.name} was going (${life.goingSince.name})`),
    ];
    if (order === 'before') return judgeGoing(target, life, { answered, status, evidence });
    if (order === 'indeterminate') {
      const because = `${target.pod.name} answered ${status} just when its end began`;
      return ambiguous(['draining-rejected', 'overload'], because, evidence);
    }
  }
  const { ready } = life;
  if (ready !== null && orderOf(answered, ready) === 'before') {
    return {
      cause: 'replacement-not-ready',
      confidence: 'likely',
      because: `${target.pod.name} was new, answered ${status} and was Ready only later`,
      evidence: [answer, shown(ready, `${target.pod.name} was Ready`)],
    };
  }
  const early = judgeNeverServed(facts, target, trial, answer);
  if (early !== null) return early;
  if (BUSY.has(status)) {
    return {
      cause: 'overload',
      confidence: 'likely',
      because: `${target.pod.name} was not going and answered ${status}: it could not take more`,
      evidence: [answer],
    };
  }
  return unexplained(
    `${target.pod.name} answered ${status}, and nothing says that it was going`,
    ['why the app itself answered so: its own log tells'],
    [answer],
  );
}

/** The Pod was going, which the app itself learns only later: by a signal, or by a hook that runs in it. */
function judgeGoing(
  { pod: { name } }: Target,
  { toldSince }: PodLife,
  answer: { readonly answered: Moment; readonly status: number; readonly evidence: readonly Evidence[] },
): Conclusion {
  const { answered, status, evidence } = answer;
  const because = `${name} was going already and answered ${status}`;
  const missing = [`when the app in ${name} came to know that it was going`];
  if (toldSince === null) {
    return { cause: 'draining-rejected', confidence: 'likely', because, evidence, missing };
  }
  const told = [...evidence, shown(toldSince, `the app in ${name} came to know of it (${toldSince.name})`)];
  const order = orderOf(toldSince, answered);
  if (order !== 'after') {
    const confidence = order === 'before' ? 'certain' : 'likely';
    return { cause: 'draining-rejected', confidence, because, evidence: told };
  }
  return ambiguous(['draining-rejected', 'overload'], `${because}, before anything told the app`, told);
}

/**
 * A Pod that came during the trial and had served nobody well before: it is in rotation, and not yet fit for it. Never
 * more than likely, as it rests on no good answer having been seen.
 */
function judgeNeverServed(
  facts: RequestFacts,
  { pod }: Target,
  trial: TrialEvidence,
  answer: Evidence,
): Conclusion | null {
  if (pod.firstSeenNs === -Infinity || !trial.hasConntrack || (facts.record.status ?? 0) < 500) return null;
  const first = trial.firstAnswers.of(pod);
  if (first !== null && first.atNs < facts.startNs) return null;
  if ((trial.answered.firstNs(pod.uid) ?? Infinity) <= facts.startNs) return null;
  const later: readonly Evidence[] =
    first === null
      ? []
      : [{ eventId: first.id, atNs: first.atNs, what: `the first connection that ${pod.name} served well` }];
  return {
    cause: 'replacement-not-ready',
    confidence: 'likely',
    because: `${pod.name} was new and answered ${facts.record.status ?? '?'} before it had served anybody well`,
    evidence: [answer, ...later],
  };
}
