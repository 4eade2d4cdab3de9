import type { Attribution, Cause, Evidence } from '../../model/attribution.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import { atMost, limitOf, type Conclusion } from './conclusion.ts';
import { judgeBrokenConnection } from './judge-broken-connection.ts';
import { judgeConnectFailure } from './judge-connect-failure.ts';
import { judgeErrorAnswer } from './judge-error-answer.ts';
import { judgeGonePod } from './judge-gone-pod.ts';
import { judgeName } from './judge-name.ts';
import { judgeNoAnswer } from './judge-no-answer.ts';
import { judgeOwnDoing } from './judge-own-doing.ts';
import { judgeWithoutTarget } from './judge-without-target.ts';
import { requestFacts, type RequestFacts, type Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/**
 * Names the one cause of a failed request, with what proves it (docs/methodology.md, "The law of causes"). Total: every
 * failed request gets one. A `certain` cause rests on things that were seen of this very connection, never on the absence
 * of others: taking evidence away may weaken it or leave it unexplained, but makes no other cause certain.
 */
export function attributeRequest(record: RequestRecord, trial: TrialEvidence): Attribution {
  const facts = requestFacts(record, trial);
  const alone = judgeName(facts, trial) ?? judgeOwnDoing(facts);
  if (alone !== null) return attribution(facts, facts.target, alone, trial);
  if (facts.target === null) {
    const { conclusion, target } = judgeWithoutTarget(facts, trial, judge);
    return attribution(facts, target, conclusion, trial);
  }
  return attribution(facts, facts.target, judge(facts, facts.target, trial), trial);
}

/** One room of rules for each way in which a request can fail. */
function judge(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const gone = judgeGonePod(facts, target, trial);
  if (gone !== null) return gone;
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

/** Causes that need no Pod to be certain of: the client's own doing, a name, a Service without endpoints. */
const WITHOUT_POD: ReadonlySet<Cause> = new Set([
  'client',
  'no-endpoints',
  'name-not-found',
  'name-server-silent',
]);

function attribution(
  facts: RequestFacts,
  target: Target | null,
  conclusion: Conclusion,
  trial: TrialEvidence,
): Attribution {
  const proof = target?.proof ?? null;
  // Who answered, or whose address the client chose, is known without those who saw the connection pass.
  const { serverAddress } = facts.record;
  const isChosen = serverAddress !== null && serverAddress === target?.pod.podIP;
  const sightings = isChosen || isNamed(facts, target, trial) ? [] : facts.evidence;
  const foundation = [...sightings, ...(conclusion.evidence ?? [])];
  const byPod = WITHOUT_POD.has(conclusion.cause) ? 'certain' : limitOf(proof, facts.targetDoubtful);
  const [gap] = inOrder(foundation).flatMap(({ eventId }) => trial.gaps.around(eventId) ?? []);
  const seen = atMost(conclusion.confidence, byPod);
  return {
    cause: conclusion.cause,
    confidence: gap === undefined ? seen : atMost(seen, 'likely'),
    because: conclusion.because,
    candidates: conclusion.candidates ?? [],
    missing: [
      ...(conclusion.missing ?? []),
      ...(gap === undefined ? [] : [`what ${gap.observer} did not see: ${gap.reason}`]),
    ],
    evidence: inOrder([...facts.evidence, ...(conclusion.evidence ?? []), ...(conclusion.aside ?? [])]),
    pod: target?.pod.name ?? null,
    podUid: target?.pod.uid ?? null,
    podNode: target?.pod.node ?? null,
    podProof: proof,
    sentByNode: target?.sentByNode ?? null,
  };
}

/** The request was answered in the name of this Pod, which no other has had. */
function isNamed({ record }: RequestFacts, target: Target | null, { book, app }: TrialEvidence): boolean {
  if (target === null || record.pod !== target.pod.name) return false;
  return app?.kind !== 'StatefulSet' && !book.isSharedName(target.pod.name);
}

function inOrder(evidence: readonly Evidence[]): readonly Evidence[] {
  const distinct = new Map(evidence.map((each) => [`${each.eventId ?? 'ledger'} ${each.what}`, each]));
  return [...distinct.values()].sort(
    (a, b) => a.atNs - b.atNs || (a.eventId ?? 0) - (b.eventId ?? 0) || (a.what < b.what ? -1 : 1),
  );
}
