import { NS_PER_MS } from '../../model/duration.ts';
import type { CutConnection, KeptConnections } from '../../model/margin.ts';
import type { Victim } from '../../model/trial-record.ts';
import { isSafeToRepeat } from '../../model/is-safe-to-repeat.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import type { ConnectionEnd, LoadFacts } from '../ledger/load-facts.ts';

export interface KeptConnectionsInput {
  readonly facts: LoadFacts;
  readonly victims: readonly Victim[];
  /** When a Pod's process (or the Pod) had ended, ns, by uid; one that never ended is not in it. */
  readonly podEndNs: ReadonlyMap<string, number>;
  readonly loadStoppedNs: number | null;
  /** For how long a connection may be idle before the client itself ends it, ns; `Infinity`: it never does. */
  readonly idleTimeoutNs: number;
  /** When the server's side of a connection was seen to end, ns; `null`: nobody saw it. */
  readonly closeSeenNs: (end: ConnectionEnd) => number | null;
  /** Why a request of the load failed, by its id; `undefined`: it did not. */
  readonly causeOf: (id: number) => string | undefined;
}

/** What the client ends itself: it had waited long enough, or the load was stopped. */
const ENDED_BY_CLIENT: ReadonlySet<string> = new Set(['response-timeout', 'connect-timeout', 'censored']);
const NEVER_OPEN: ReadonlySet<string> = new Set(['refused', 'unreachable', 'connect-timeout', 'not-sent']);

/**
 * What became of a load's kept-alive connections to the Pods that went. A client ends one only when it is told to, gives
 * a request up, or is stopped: any other had been ended by the server when the Pod had, whether or not anybody saw it.
 */
export function keptConnections(input: KeptConnectionsInput): KeptConnections {
  const victims = new Map(input.victims.map((victim) => [victim.uid, victim]));
  const lastEndNs = Math.max(...input.podEndNs.values(), -Infinity);
  const cut: CutConnection[] = [];
  let announced = 0;
  const unknown = { pod: 0, answer: 0 };
  for (const end of input.facts.connections) {
    const fate = fateOf(end, input, victims, lastEndNs);
    if (fate === 'announced') announced += 1;
    else if (fate === 'pod-unknown') unknown.pod += 1;
    else if (fate === 'answer-unknown') unknown.answer += 1;
    else if (typeof fate === 'object') cut.push(fate);
  }
  return {
    announced,
    cut,
    unknown: unknown.pod + unknown.answer,
    why: [
      ...(unknown.answer > 0 ? ['the ledger does not say which answers announced the end'] : []),
      ...(unknown.pod > 0 ? ['nothing tells which Pod some connections led to'] : []),
    ].join('; '),
    longestIdleMs: longestIdle(input, victims),
  };
}

type Fate = 'announced' | 'not-concerned' | 'pod-unknown' | 'answer-unknown' | CutConnection;

function fateOf(
  end: ConnectionEnd,
  { podEndNs, causeOf, closeSeenNs, idleTimeoutNs }: KeptConnectionsInput,
  victims: ReadonlyMap<string, Victim>,
  lastEndNs: number,
): Fate {
  const { outcome, startNs, endNs, id } = end.last;
  if (ENDED_BY_CLIENT.has(outcome) || NEVER_OPEN.has(outcome)) return 'not-concerned';
  if (end.podUid === null) {
    // Whoever still answers when the last of them has ended is none of them.
    const later = end.answer !== null && end.answer.endNs > lastEndNs;
    return later || podEndNs.size === 0 ? 'not-concerned' : 'pod-unknown';
  }
  const victim = victims.get(end.podUid);
  const goneNs = podEndNs.get(end.podUid);
  if (victim === undefined || goneNs === undefined) return 'not-concerned';
  const { answer, connection } = end;
  const cut = { connection, pod: victim.name, podUid: victim.uid };
  if (outcome !== 'ok' && outcome !== 'http-error') {
    const cause = causeOf(id);
    // What was in hand is the grace period's matter; what the generator ended itself is nobody's.
    if (cause === 'client' || cause === 'killed-in-flight' || answer === null) return 'not-concerned';
    const idleNs = (startNs ?? endNs ?? answer.endNs) - answer.endNs;
    return { ...cut, idleMs: idleNs / NS_PER_MS, met: true };
  }
  if (answer === null || answer.announcedClose === true) return 'announced';
  const closedNs = closeSeenNs(end);
  // So long nobody had used it that the client had ended it before the Pod did.
  if ((closedNs ?? goneNs) - answer.endNs >= idleTimeoutNs) return 'not-concerned';
  if (answer.announcedClose === null) return 'answer-unknown';
  const idleMs = closedNs === null ? null : Math.max(0, closedNs - answer.endNs) / NS_PER_MS;
  return { ...cut, idleMs, met: false };
}

/**
 * Also of connections that were still idle when the load was stopped: a pool may leave some unused for good, and so long
 * a server would have to announce.
 */
function longestIdle(
  { facts, loadStoppedNs, idleTimeoutNs }: KeptConnectionsInput,
  victims: ReadonlyMap<string, Victim>,
): number | null {
  const open = facts.connections.flatMap(({ answer, last, podUid }) => {
    const idle = answer !== null && answer.endNs === last.endNs && answer.announcedClose !== true;
    const stays = podUid !== null && !victims.has(podUid);
    if (!idle || !stays || loadStoppedNs === null) return [];
    return [Math.min(loadStoppedNs - answer.endNs, idleTimeoutNs) / NS_PER_MS];
  });
  const known = [...(facts.longestIdleMs === null ? [] : [facts.longestIdleMs]), ...open];
  // Not spread as arguments: there may be more connections than the stack holds.
  return known.length === 0 ? null : known.reduce((longest, idle) => Math.max(longest, idle), 0);
}

/**
 * Whether the load's clients send a request again by themselves that met a kept-alive connection as it was ended: as Go's
 * transport, browsers and most gateways do with what is safe to execute twice, before the first byte of an answer.
 */
export function retriesOnCutConnection(spec: Pick<LoadSpec, 'retry' | 'method' | 'headers'>): boolean {
  return spec.retry === 'idempotent-once' && isSafeToRepeat(spec);
}
