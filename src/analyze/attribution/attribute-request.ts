import type { Attribution, Evidence } from '../../model/attribution.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import { judgeBrokenConnection } from './judge-broken-connection.ts';
import { judgeConnectFailure } from './judge-connect-failure.ts';
import { judgeErrorAnswer } from './judge-error-answer.ts';
import { judgeNoAnswer } from './judge-no-answer.ts';
import { judgeOwnDoing } from './judge-own-doing.ts';
import { judgeWithoutTarget } from './judge-without-target.ts';
import { atMost, limitOf, type Conclusion } from './conclusion.ts';
import { requestFacts, type RequestFacts, type Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/**
 * Names the one cause of a failed request, with what proves it (DESIGN.md §6). Total: every failed request gets one.
 * A `certain` cause rests on things that were seen, never on the absence of others: taking evidence away may weaken
 * it or leave it unexplained, but makes no other cause certain.
 */
export function attributeRequest(record: RequestRecord, trial: TrialEvidence): Attribution {
  const facts = requestFacts(record, trial);
  const own = judgeOwnDoing(facts);
  if (own !== null) return attribution(facts, facts.target, own);
  if (facts.target === null) {
    const { conclusion, target } = judgeWithoutTarget(facts, trial, judge);
    return attribution(facts, target, conclusion);
  }
  return attribution(facts, facts.target, judge(facts, facts.target, trial));
}

/** One room of rules for each way in which a request can fail. */
function judge(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  switch (facts.record.outcome) {
    case 'http-error':
      return judgeErrorAnswer(facts, target, trial);
    case 'refused':
    case 'unreachable':
    case 'connect-timeout':
      return judgeConnectFailure(facts, target, trial);
    case 'response-timeout':
      return judgeNoAnswer(facts, target, trial);
    default:
      return judgeBrokenConnection(facts, target, trial);
  }
}

function attribution(facts: RequestFacts, target: Target | null, conclusion: Conclusion): Attribution {
  const proof = target?.proof ?? null;
  // The client's own doing and a Service without endpoints need no Pod to be certain of.
  const needsPod = conclusion.cause !== 'client' && conclusion.cause !== 'no-endpoints';
  return {
    cause: conclusion.cause,
    confidence: needsPod
      ? atMost(conclusion.confidence, limitOf(proof, facts.targetDoubtful))
      : conclusion.confidence,
    because: conclusion.because,
    candidates: conclusion.candidates ?? [],
    missing: conclusion.missing ?? [],
    evidence: inOrder([...facts.evidence, ...(conclusion.evidence ?? [])]),
    pod: target?.pod.name ?? null,
    podUid: target?.pod.uid ?? null,
    podNode: target?.pod.node ?? null,
    podProof: proof,
    sentByNode: target?.sentByNode ?? null,
  };
}

function inOrder(evidence: readonly Evidence[]): readonly Evidence[] {
  const distinct = new Map(evidence.map((each) => [`${each.eventId ?? 'ledger'} ${each.what}`, each]));
  return [...distinct.values()].sort(
    (a, b) => a.atNs - b.atNs || (a.eventId ?? 0) - (b.eventId ?? 0) || (a.what < b.what ? -1 : 1),
  );
}
