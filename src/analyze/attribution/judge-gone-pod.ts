import type { Evidence } from '../../model/attribution.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { orderOf } from '../times/order-of.ts';
import type { Outcome } from '../../model/request-record.ts';
import { repeated, shown, unexplained, type Conclusion } from './conclusion.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** Outcomes of a request that never had a connection. */
const UNCONNECTED: ReadonlySet<Outcome> = new Set(['refused', 'unreachable', 'connect-timeout']);
/** A SYN without an answer is sent again after a second. */
const FIRST_REPEAT_NS = 900 * NS_PER_MS;
/** Codes by which the kernel says that nothing came back. */
const SILENT_CODES = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * The Pod's network had been released when the request was sent to it: whoever answers there now, or nobody, it is not
 * this Pod. A fresh connection was sent there all the same; a kept-alive one had been made before, and nobody had told the
 * client. `null` where the Pod was not known to be gone.
 */
export function judgeGonePod(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion | null {
  if (target.proof === 'answer') return null;
  const { name, uid } = target.pod;
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const { released, sandboxStopped, objectGone } = trial.lives.at(uid, facts.startNs);
  if (target.byLeftEntry === true) return byLeftEntry(name, released ?? sandboxStopped ?? objectGone);
  // A connection is sent when the client wants it, or a little later; of the two times one may be the surer.
  const times = facts.fresh && facts.sent !== null ? [start, facts.sent] : [start];
  if (released === null || !times.some((sent) => orderOf(released, sent) === 'before')) return null;
  const gone = shown(released, `the network of ${name} was released`);
  if (!facts.fresh) return wasTold(facts) ? null : halfOpen(facts, name, gone);
  const taken = target.addressTakenBy == null ? '' : `: by then it was ${target.addressTakenBy}'s`;
  const because = `the address of ${name} was gone${taken}, and it was still sent there`;
  const again = facts.retransmits.slice(0, 1).map(repeated);
  const { outcome } = facts.record;
  if (!UNCONNECTED.has(outcome)) {
    // A Pod that is gone completes no handshake: somebody else took the connection.
    return facts.retransmits.length > 0
      ? unexplained(
          `${name} was gone when the connection was first sent to it, and somebody else took it at last`,
          ['who took the connection (connection tracking, kernel)'],
          [...again, gone],
        )
      : { cause: 'pod-gone-still-routed', confidence: 'likely', because, evidence: [gone] };
  }
  const { podReset } = facts;
  const what = `whoever has the address of ${name} now answered with a RST (${podReset?.event.reason ?? ''})`;
  const reset = podReset === null ? [] : [{ eventId: podReset.event.id, atNs: podReset.event.atNs, what }];
  // An answer is that to the last attempt, which may have been sent elsewhere; one that is quick is to the first.
  const quick = facts.endNs - facts.startNs < FIRST_REPEAT_NS;
  const sure = outcome !== 'refused' || (quick && again.length === 0);
  return {
    cause: 'pod-gone-still-routed',
    confidence: sure ? 'certain' : 'likely',
    because,
    evidence: [gone],
    aside: [...again, ...reset],
  };
}

/** The client had got a FIN: that the Pod closed the connection was no secret. */
function wasTold({ clientTold, record: { outcome } }: RequestFacts): boolean {
  return clientTold || outcome === 'closed-early';
}

/** What proves it is its handshake in this Pod, the release of its network before the request, and that nobody answered. */
function halfOpen(facts: RequestFacts, name: string, gone: Evidence): Conclusion {
  const { established, record } = facts;
  const silent = record.outcome === 'response-timeout' || SILENT_CODES.has(record.errorCode ?? '');
  const made = `the connection was made with ${name}`;
  return {
    cause: 'half-open-connection',
    confidence: established !== null && silent ? 'certain' : 'likely',
    because: `${name} was gone when the request was sent on a connection that had been made before: nothing had told the client`,
    evidence: [
      ...(established === null ? [] : [{ eventId: established.id, atNs: established.atNs, what: made }]),
      gone,
    ],
  };
}

function byLeftEntry(name: string, over: Parameters<typeof shown>[0] | null): Conclusion {
  return {
    cause: 'pod-gone-still-routed',
    confidence: 'likely',
    because: `connection tracking still led the client's port to ${name}, which was gone, from an earlier connection`,
    evidence: over === null ? [] : [shown(over, `${name} was gone (${over.name})`)],
    missing: ['a new entry of connection tracking for this connection'],
  };
}
