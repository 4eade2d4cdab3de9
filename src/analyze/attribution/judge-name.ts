import type { Conclusion } from './conclusion.ts';
import { judgeFallen } from './judge-no-endpoints.ts';
import type { RequestFacts } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** What resolvers call a name, or an address of it, that does not exist. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA']);
/** What they call a name server that does not answer, or cannot. */
const NO_ANSWER = new Set([
  'EAI_AGAIN',
  'EAI_FAIL',
  'ESERVFAIL',
  'EREFUSED',
  'ECANCELLED',
  'EDESTRUCTION',
  'EBADRESP',
  'EFORMERR',
]);

/**
 * The name was not resolved, and no Pod was ever asked: because it had no address left, because nobody knows it, or
 * because no name server answered. `null` where the request came further.
 */
export function judgeName(facts: RequestFacts, trial: TrialEvidence): Conclusion | null {
  const { errorCode, outcome } = facts.record;
  const unknown = NO_SUCH_NAME.has(errorCode ?? '');
  if (outcome !== 'name-unresolved' && !unknown && !NO_ANSWER.has(errorCode ?? '')) return null;
  const code = errorCode ?? 'no code';
  const answer = { eventId: null, atNs: facts.endNs, what: `the look-up of the name failed (${code})` };
  if (!unknown) {
    return {
      cause: 'name-server-silent',
      confidence: 'likely',
      because: `no name server gave the client an answer (${code}): no Pod was ever asked`,
      evidence: [answer],
      missing: ['what the name server itself says'],
    };
  }
  const slices = trial.endpoints.usableAt(facts.startNs);
  if (slices?.usable.length === 0) {
    const what = 'no Pod was left in the EndpointSlices';
    const evidence = [{ eventId: slices.eventId, atNs: slices.atNs, what }, answer];
    const fallen = judgeFallen(slices, trial, evidence);
    if (fallen !== null) return fallen;
    return {
      cause: 'no-endpoints',
      confidence: 'likely',
      because: `the name had no address (${code}): the Service had no Pod left`,
      evidence,
    };
  }
  return {
    cause: 'name-not-found',
    confidence: 'likely',
    because: `the name server knows no address of the name (${code})${slices === null ? '' : ', although the Service had Pods'}`,
    evidence: [answer],
    missing: ['what the name server itself knew then'],
  };
}
