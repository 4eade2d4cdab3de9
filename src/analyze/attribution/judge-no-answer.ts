import type { Evidence } from '../../model/attribution.ts';
import { orderOf } from '../times/order-of.ts';
import { shown, type Conclusion } from './conclusion.ts';
import { judgeOnTheWay } from './judge-on-the-way.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** Sent, and no whole answer in time: the Pod died over it, was gone before, or is slow. */
export function judgeNoAnswer(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const life = trial.lives.at(target.pod.uid, facts.startNs);
  const lost = judgeOnTheWay(facts, target);
  if (lost !== null) return lost;
  const { name } = target.pod;
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const end = { atNs: facts.endNs, uncertaintyNs: facts.uncertaintyNs };
  const { established, fresh } = facts;
  const accepted: readonly Evidence[] =
    established === null || !fresh
      ? []
      : [{ eventId: established.id, atNs: established.atNs, what: `${name} took the connection` }];
  const goneFirst = fresh ? 'pod-gone-still-routed' : 'half-open-connection';
  const { sandboxStopped } = life;
  if (accepted.length === 0 && sandboxStopped !== null && orderOf(sandboxStopped, start) === 'before') {
    return {
      cause: goneFirst,
      confidence: 'likely',
      because: `the sandbox of ${name} had ended before the request was sent`,
      evidence: [shown(sandboxStopped, `the sandbox of ${name} was stopped`)],
      missing: [`when the network of ${name} was released`],
    };
  }
  const exit = life.exits.find((each) => orderOf(each, end) === 'before');
  if (exit !== undefined && orderOf(start, exit) !== 'after') {
    return {
      cause: 'killed-in-flight',
      confidence: 'likely',
      because: `${name} ended while the request waited for its answer, and nobody told the client`,
      evidence: [...accepted, shown(exit, `the process of ${name} ended`)],
    };
  }
  if (exit !== undefined && accepted.length === 0) {
    return {
      cause: goneFirst,
      confidence: 'likely',
      because: `${name} had ended before the request was sent`,
      evidence: [shown(exit, `the process of ${name} ended`)],
    };
  }
  const { restarted } = life;
  if (restarted !== null && !trial.answered.answeredWell(target.pod.uid, restarted.atNs, facts.endNs)) {
    const what = `the container of ${name} had been started anew`;
    return {
      cause: 'replacement-not-ready',
      confidence: 'likely',
      because: `${what}, and had answered nobody yet`,
      evidence: [...accepted, { eventId: restarted.eventId, atNs: restarted.atNs, what }],
    };
  }
  const staying = life.lastSeenStaying !== null && life.lastSeenStaying.atNs > facts.endNs;
  return {
    cause: 'overload',
    confidence: life.goingSince === null || staying ? 'likely' : 'weak',
    because: `${name} ${staying ? 'was there all the time' : 'is not known to have ended by then'} and did not answer: too slow, not gone`,
    evidence: [
      ...accepted,
      ...(life.lastSeenStaying !== null && staying
        ? [{ ...life.lastSeenStaying, what: `${name} was still there, with no sign of an end until then` }]
        : []),
    ],
  };
}
