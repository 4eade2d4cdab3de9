import { orderOf } from '../order-of.ts';
import { shown, type Conclusion } from './conclusion.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** Sent, and no whole answer in time: the Pod died over it, was gone before, or is slow. */
export function judgeNoAnswer(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const life = trial.lives.of(target.pod.uid);
  const { name } = target.pod;
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const end = { atNs: facts.endNs, uncertaintyNs: facts.uncertaintyNs };
  const { released } = life;
  if (released !== null && orderOf(released, start) === 'before') {
    return {
      cause: 'pod-gone-still-routed',
      confidence: 'certain',
      because: `the network of ${name} was gone before the request was sent`,
      evidence: [shown(released, `the network of ${name} was released`)],
    };
  }
  const { sandboxStopped } = life;
  if (sandboxStopped !== null && orderOf(sandboxStopped, start) === 'before') {
    return {
      cause: 'pod-gone-still-routed',
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
      evidence: [shown(exit, `the process of ${name} ended`)],
    };
  }
  if (exit !== undefined) {
    return {
      cause: 'pod-gone-still-routed',
      confidence: 'likely',
      because: `${name} had ended before the request was sent`,
      evidence: [shown(exit, `the process of ${name} ended`)],
    };
  }
  const staying = life.lastSeenStaying !== null && life.lastSeenStaying.atNs > facts.endNs;
  return {
    cause: 'overload',
    confidence: life.goingSince === null || staying ? 'likely' : 'weak',
    because: `${name} was alive all the time and did not answer: too slow, not gone`,
    evidence:
      life.lastSeenStaying !== null && staying
        ? [{ ...life.lastSeenStaying, what: `${name} was still there, with no sign of an end until then` }]
        : [],
  };
}
