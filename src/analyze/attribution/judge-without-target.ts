import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type { KnownPod } from '../objects/pod-book.ts';
import { orderOf, type Moment } from '../times/order-of.ts';
import { agreeOnCause } from './agree-on-cause.ts';
import { atMost, unexplained, type Conclusion } from './conclusion.ts';
import { judgeNoEndpoints } from './judge-no-endpoints.ts';
import type { PodLife } from './pod-lives.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

type Judge = (facts: RequestFacts, target: Target, trial: TrialEvidence) => Conclusion;

/** Where no node's rules were watched: kube-proxy is done with a change of the slices well within this time. */
const RULES_LAG_NS = 5 * NS_PER_S;
/** A client that is short of CPU may use a connection this long after its other end is gone. */
const UNNOTICED_NS = 200 * NS_PER_MS;
const QUICK_NS = 5 * NS_PER_MS;

/**
 * Nothing tells which Pod the request was sent to. The Pods that could have failed it in this way at that time are
 * each judged as if it had been theirs: a single one is taken for it, several that agree on the cause leave the Pod
 * open, and several that do not leave the cause open.
 */
export function judgeWithoutTarget(
  facts: RequestFacts,
  trial: TrialEvidence,
  judge: Judge,
): { readonly conclusion: Conclusion; readonly target: Target | null } {
  const suspects = trial.book.pods.filter((pod) =>
    isSuspect(facts, pod, trial.lives.at(pod.uid, facts.endNs)),
  );
  const judged = suspects
    .map((pod) => {
      const target: Target = { pod, proof: 'elimination', sentByNode: null };
      return { target, conclusion: judge(facts, target, trial) };
    })
    .filter(({ conclusion }) => conclusion.cause !== 'unexplained');
  const rejected = judgeNoEndpoints(facts, trial);
  if (judged.length === 0) {
    return { conclusion: rejected ?? judgeNobody(facts, trial), target: null };
  }
  const [only] = judged;
  if (judged.length === 1 && only !== undefined && rejected === null) {
    const confidence = atMost(only.conclusion.confidence, 'likely');
    return { target: only.target, conclusion: withMissing({ ...only.conclusion, confidence }, trial) };
  }
  if (rejected !== null && trial.hasConntrack) {
    // What is sent to a Pod is tracked; what a node rejects is not. That nobody tracked it is a hint, and no more.
    const others = [...new Set(judged.map(({ conclusion }) => conclusion.cause))].sort();
    const because = `${rejected.because}; no node tracked it, as of what is sent to a Pod (less likely: ${others.join(', ')})`;
    return { target: null, conclusion: withMissing({ ...rejected, confidence: 'weak', because }, trial) };
  }
  const conclusions = [
    ...judged.map(({ conclusion }) => conclusion),
    ...(rejected === null ? [] : [rejected]),
  ];
  return { target: null, conclusion: withMissing(agreeOnCause(conclusions), trial) };
}

/** Could this Pod have failed the request, as far as anybody saw? */
function isSuspect(facts: RequestFacts, pod: KnownPod, life: PodLife): boolean {
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const end = { atNs: facts.endNs, uncertaintyNs: facts.uncertaintyNs };
  if (pod.firstSeenNs > facts.endNs) return false;
  const going = life.goingSince !== null && orderOf(life.goingSince, end) !== 'after';
  const over = life.listenerClosed ?? life.exits[0] ?? null;
  switch (facts.record.outcome) {
    case 'refused': {
      if (life.released !== null && orderOf(life.released, start) === 'before') return false;
      const notYet =
        life.listening !== null && orderOf(life.listening, end) === 'after' && isBefore(life.routed, end);
      const noMore = over === null ? going : orderOf(over, end) !== 'after';
      return notYet || (noMore && mayBeRouted(life, start));
    }
    case 'connect-timeout':
    case 'unreachable': {
      const ends = [life.sandboxStopped, life.objectGone, life.exits[0] ?? null];
      const isGone =
        life.released === null ? ends.some((each) => isBefore(each, end)) : isBefore(life.released, end);
      // The answer itself says that the address was gone, whenever anybody came to see it go.
      const wasSaid = facts.record.outcome === 'unreachable' && going;
      return (isGone || wasSaid) && mayBeRouted(life, start);
    }
    case 'response-timeout': {
      const exit = life.exits[0] ?? null;
      return exit !== null && orderOf(exit, end) !== 'after' && orderOf(exit, start) !== 'before';
    }
    case 'http-error':
      return going && (facts.record.status ?? 0) >= 500;
    default: {
      const lastExit = life.exits.at(-1);
      return going && (lastExit === undefined || lastExit.atNs > facts.startNs - UNNOTICED_NS);
    }
  }
}

function isBefore(a: Moment | null, b: Moment): boolean {
  return a !== null && orderOf(a, b) !== 'after';
}

function mayBeRouted(life: PodLife, start: Moment): boolean {
  const last = life.routesRemoved.at(-1);
  if (last !== undefined) return orderOf(last, start) !== 'before';
  const unused = life.unused ?? life.objectGone;
  return unused === null || start.atNs <= unused.atNs + RULES_LAG_NS;
}

/** No Pod that was going could have done it. */
function judgeNobody(facts: RequestFacts, trial: TrialEvidence): Conclusion {
  const { outcome } = facts.record;
  const calm = !trial.book.pods.some((pod) => {
    const { goingSince } = trial.lives.at(pod.uid, facts.endNs);
    return goingSince !== null && goingSince.atNs <= facts.endNs;
  });
  const missing = ['which Pod it was sent to (connection tracking, kernel)'];
  if (outcome === 'response-timeout' || outcome === 'connect-timeout') {
    return {
      cause: 'overload',
      confidence: 'weak',
      because: calm
        ? 'no Pod was going, and none answered in time'
        : 'no Pod that was going could have failed it so: one that stayed did not answer in time',
      missing,
    };
  }
  const { status } = facts.record;
  if (outcome === 'http-error' && (status === 503 || status === 429 || status === 504)) {
    const because = `answered ${status} while no Pod was going: it could not take more`;
    return { cause: 'overload', confidence: 'weak', because, missing };
  }
  const quick = facts.endNs - facts.startNs < QUICK_NS;
  const broken = outcome === 'reset' || outcome === 'closed-early';
  if (broken && !facts.fresh && quick) {
    const because = 'a kept-alive connection was closed just when the request was sent; no Pod was going';
    return { cause: 'keepalive-race', confidence: 'weak', because, missing };
  }
  return unexplained(`${outcome}, and no Pod was seen that could have done it at that time`, missing);
}

function withMissing(conclusion: Conclusion, trial: TrialEvidence): Conclusion {
  const missing = trial.hasConntrack
    ? 'this connection in the connection tracking'
    : 'which Pod it was sent to (connection tracking)';
  return { ...conclusion, missing: [...new Set([...(conclusion.missing ?? []), missing])] };
}
