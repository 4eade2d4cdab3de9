import type { Evidence } from '../../model/attribution.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { UsableEndpoints } from '../objects/usable-endpoints.ts';
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
  const { serverAddress, outcome } = facts.record;
  const rejection =
    serverAddress === null || outcome === 'connect-timeout'
      ? undefined
      : trial.connections.rejectedTo(serverAddress, facts.startNs, facts.endNs + facts.slackNs).at(-1);
  if (rejection !== undefined) {
    const what = 'a node answered with ICMP that a rule of its own had rejected it';
    evidence.push({ eventId: rejection.id, atNs: rejection.atNs, what });
  }
  const again = facts.record.outcome === 'refused' ? facts.retransmits.at(-1) : undefined;
  // What was rejected is the last attempt: what there was to send to by its end is another matter.
  const attemptNs = again?.atNs ?? facts.startNs;
  const slices = trial.endpoints.usableAt(attemptNs);
  const empty = slices?.usable.length === 0;
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
  if (!rejects && nodeReset === null && rejection === undefined) return null;
  // Where it is not known which node had it, it may have been one that still had a route.
  const surely = rejects && bare.length === (routes?.length ?? 0);
  // Rules follow the EndpointSlices, and may still be empty when those are not any more.
  const emptied = empty ? slices : trial.endpoints.lastEmptyBy(Math.max(...bare.map(({ atNs }) => atNs)));
  const fallen = emptied === null ? null : judgeFallen(emptied, trial, evidence, surely);
  if (fallen !== null) return fallen;
  return {
    cause: 'no-endpoints',
    confidence: surely && (empty || nodeReset !== null || rejection !== undefined) ? 'likely' : 'weak',
    because: `the Service had no Pod to send the request to${wordsOf(facts.record)}`,
    evidence,
  };
}

/** Only an answer is a rejection. */
function wordsOf({ outcome }: RequestRecord): string {
  return outcome === 'connect-timeout' ? ', and nobody answered it' : ': the node rejected it';
}

/**
 * Pods that stay had been ready, and are so no more: what is left without a Pod is the fault of their load, or of their
 * readiness probe, and not of the Pod that went. `null`: all that went were going.
 *
 * @param slices a state in which nobody was usable
 * @param surely it is known that the request met this state
 */
export function judgeFallen(
  slices: UsableEndpoints,
  trial: TrialEvidence,
  evidence: readonly Evidence[],
  surely = true,
): Conclusion | null {
  const staying = slices.fallen.filter((uid) => trial.lives.at(uid, slices.atNs).goingSince === null);
  const names = staying.map((uid) => trial.book.byUid(uid)?.name ?? uid).sort();
  if (names.length === 0) return null;
  const failures = staying.flatMap((uid) => trial.probeFailures.lastBefore(uid, slices.atNs) ?? []);
  const [probe] = failures;
  const shown = failures.map(({ id, atNs, container, podUid }): Evidence => {
    const of = trial.book.byUid(podUid)?.name ?? podUid;
    return {
      eventId: id,
      atNs,
      what: `the readiness probe of container ${container ?? '?'} of ${of} failed`,
    };
  });
  const why = probe === undefined ? 'were not Ready' : 'had been taken out by their own readiness probe';
  return {
    cause: 'overload',
    confidence: probe === undefined || !surely ? 'weak' : 'likely',
    because: `no Pod was left to send it to, because ${names.join(', ')}, which stayed, ${names.length === 1 ? why.replace('were', 'was').replace('their', 'its') : why}`,
    evidence: [...evidence, ...shown],
    missing: probe === undefined ? ['why Pods that stayed were not Ready (kubelet log)'] : [],
  };
}
