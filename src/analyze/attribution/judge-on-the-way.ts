import { unexplained, type Conclusion } from './conclusion.ts';
import type { RequestFacts, Target } from './request-facts.ts';

const WHO_SENT_IT = ['who sent the RST: a middlebox, connection tracking or the network plugin'];

/**
 * Something between the client and the Pod ended the connection, or lost it: neither of them did. `null` where nothing
 * shows that.
 */
export function judgeOnTheWay(facts: RequestFacts, { pod: { name } }: Target): Conclusion | null {
  const { cutOnTheWay, forgotten, resetByNobody, retracked, record } = facts;
  const lost = ['why the entry was lost: removed, timed out, or the table was full'];
  if (retracked !== null) {
    const what = `${retracked.node} took the request for a new connection, and sent it to ${retracked.podIP}`;
    return unexplained(
      `${retracked.node} had lost the connection to ${name} from its connection tracking`,
      lost,
      [{ eventId: retracked.id, atNs: retracked.atNs, what }],
    );
  }
  if (forgotten !== null && facts.sent !== null) {
    const what = `the node answered the client itself (${forgotten.reason}): it knew no such connection any more`;
    return unexplained(`the connection to ${name} was lost from connection tracking`, lost, [
      { eventId: forgotten.id, atNs: forgotten.atNs, what },
    ]);
  }
  if (cutOnTheWay === null && resetByNobody !== null) {
    const what = 'the client got a RST that no kernel which was watched had sent';
    return unexplained(
      `something between the client and ${name} reset the connection: neither ${name} nor a node did`,
      WHO_SENT_IT,
      [{ eventId: resetByNobody.id, atNs: resetByNobody.atNs, what }],
    );
  }
  if (cutOnTheWay === null) return null;
  const what = `the connection of ${name} was ended by a RST that it got, by no process of its own`;
  return unexplained(
    `${name} did not close this connection: something between it and the client reset it (${record.outcome})`,
    WHO_SENT_IT,
    [{ eventId: cutOnTheWay.id, atNs: cutOnTheWay.atNs, what }],
  );
}
