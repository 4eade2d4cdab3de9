import type { Evidence } from '../../model/attribution.ts';
import { repeated, type Conclusion } from './conclusion.ts';
import type { RequestFacts } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/**
 * The Service had nothing to send the request to. kube-proxy’s reject leaves no trace of its own, so that this is
 * never more than likely. `null` where there was a Pod to send to.
 */
export function judgeNoEndpoints(facts: RequestFacts, trial: TrialEvidence): Conclusion | null {
  if (!['refused', 'unreachable', 'connect-timeout'].includes(facts.record.outcome)) return null;
  const evidence: Evidence[] = [];
  const { nodeReset } = facts;
  if (nodeReset !== null) {
    const what = `the node itself answered with a RST (${nodeReset.reason})`;
    evidence.push({ eventId: nodeReset.id, atNs: nodeReset.atNs, what });
  }
  const again = facts.record.outcome === 'refused' ? facts.retransmits.at(-1) : undefined;
  // What was rejected is the last attempt: what there was to send to by its end is another matter.
  const attemptNs = again?.atNs ?? facts.startNs;
  const slices = trial.endpoints.usableAt(attemptNs);
  const empty = slices?.usable === 0;
  if (slices !== null && empty) {
    evidence.push({
      eventId: slices.eventId,
      atNs: slices.atNs,
      what: 'no Pod was left in the EndpointSlices',
    });
  }
  if (again !== undefined) evidence.push(repeated(again));
  const routes = trial.endpoints.routesAt(attemptNs, trial.sendingNodes.of(facts.record));
  const bare = routes?.filter((state) => state.routes === 0) ?? [];
  for (const state of bare) {
    evidence.push({ eventId: state.eventId, atNs: state.atNs, what: `${state.node} had no route left` });
  }
  const rejects = routes === null ? empty : bare.length > 0;
  if (!rejects && nodeReset === null) return null;
  // Where it is not known which node had it, it may have been one that still had a route.
  const surely = rejects && bare.length === (routes?.length ?? 0);
  return {
    cause: 'no-endpoints',
    confidence: surely && (empty || nodeReset !== null) ? 'likely' : 'weak',
    because: 'the Service had no Pod to send the request to: the node rejected it',
    evidence,
  };
}
