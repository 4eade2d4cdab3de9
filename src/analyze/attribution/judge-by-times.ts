import { NS_PER_MS } from '../../model/duration.ts';
import type { Evidence } from '../../model/attribution.ts';
import { orderOf } from '../times/order-of.ts';
import { ambiguous, atMost, shown, unexplained, type Conclusion } from './conclusion.ts';
import type { PodLife } from './pod-lives.ts';
import type { RequestFacts, Target } from './request-facts.ts';

/** Even on a machine that is short of CPU a request is with the Pod within this time. */
const LONG_TRANSIT_NS = 5 * NS_PER_MS;
const SAME_MOMENT_NS = 2 * NS_PER_MS;

/**
 * Nobody saw the close itself: only when the request was under way and when the Pod's process ended. Where the kernel was
 * watched it should have told of the close: then this is a hint.
 */
export function judgeByTimes(
  facts: RequestFacts,
  target: Target,
  life: PodLife,
  isWatched: boolean,
): Conclusion {
  const conclusion = byTimes(facts, target, life);
  return isWatched ? { ...conclusion, confidence: atMost(conclusion.confidence, 'weak') } : conclusion;
}

function byTimes(facts: RequestFacts, target: Target, life: PodLife): Conclusion {
  const { name } = target.pod;
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const end = { atNs: facts.endNs, uncertaintyNs: facts.uncertaintyNs };
  const missing = [`when ${name} closed this connection (kernel)`];
  // What happened before the connection last carried an answer did not end it.
  const alive = { atNs: facts.sinceNs, uncertaintyNs: facts.uncertaintyNs };
  const exit =
    life.exits.find(
      (each) =>
        orderOf(each, end, NS_PER_MS) !== 'after' && (facts.fresh || orderOf(each, alive) !== 'before'),
    ) ?? null;
  const going =
    life.goingSince !== null && orderOf(life.goingSince, end) !== 'after' ? life.goingSince : null;
  const since = going === null ? [] : [shown(going, `${name} was going (${going.name})`)];
  const answerBegan = facts.record.outcome === 'truncated' || facts.record.firstByteNs !== null;

  if (exit !== null && exit.name !== 'container-terminated') {
    const evidence = [...since, shown(exit, `the process of ${name} ended (${exit.name})`)];
    const waitedNs = exit.atNs - facts.startNs;
    const order = orderOf(start, exit);
    const { drained, listenerClosed } = life;
    const came = !facts.fresh || order !== 'after';
    if (came && !answerBegan && drained !== null && orderOf(drained, exit) !== 'after') {
      // What the app had accepted it has answered: this request had never come as far as the app.
      const proof = [...evidence, shown(drained, `${name} had answered all that it had accepted`)];
      if (!facts.fresh) return race(name, 'likely', proof, missing);
      const closed = listenerClosed === null ? [] : [shown(listenerClosed, `${name} closed its listener`)];
      return {
        cause: 'listener-closed-still-routed',
        confidence: 'likely',
        because: `${name} closed its listener while the connection waited to be accepted`,
        evidence: [...proof, ...closed],
        missing,
      };
    }
    if (facts.fresh || answerBegan) {
      if (order !== 'after') return killed(name, evidence, missing);
      const because = `${name} had ended when the connection was made, and it was still sent there`;
      return { cause: 'listener-closed-still-routed', confidence: 'likely', because, evidence, missing };
    }
    if (order === 'after') return race(name, 'likely', evidence, missing);
    if (order === 'before' && waitedNs > LONG_TRANSIT_NS) return killed(name, evidence, missing);
    const because = `the request came to ${name} at about the moment of its end`;
    return ambiguous(['keepalive-race', 'killed-in-flight'], because, evidence, missing);
  }
  if (going !== null) {
    const { listenerClosed } = life;
    const closed = listenerClosed === null ? [] : [shown(listenerClosed, `${name} closed its listener`)];
    const evidence = [...since, ...closed];
    if (answerBegan) return killed(name, evidence, missing, 'weak');
    if (!facts.fresh) return race(name, exit === null ? 'likely' : 'weak', evidence, missing);
    const inQueue = listenerClosed !== null && orderOf(listenerClosed, end, SAME_MOMENT_NS) !== 'after';
    if (inQueue) {
      const because = `${name} closed its listener while the connection waited to be accepted`;
      return { cause: 'listener-closed-still-routed', confidence: 'likely', because, evidence, missing };
    }
    return killed(name, evidence, missing, 'weak');
  }
  const tookNs = facts.endNs - facts.startNs;
  if (!facts.fresh && !answerBegan && tookNs < LONG_TRANSIT_NS) {
    const because = `${name} closed the kept-alive connection just when the request was sent, though nothing says that it was going`;
    return { cause: 'keepalive-race', confidence: 'weak', because, missing };
  }
  return unexplained(`${name} broke the connection off, and nothing says that it was going`, [
    ...missing,
    `what happened to ${name}: no delete, no signal and no exit was seen before`,
  ]);
}

function killed(
  name: string,
  evidence: readonly Evidence[],
  missing: readonly string[],
  confidence: 'likely' | 'weak' = 'likely',
): Conclusion {
  const because = `${name} ended while the request was under way`;
  return { cause: 'killed-in-flight', confidence, because, evidence, missing };
}

function race(
  name: string,
  confidence: 'likely' | 'weak',
  evidence: readonly Evidence[],
  missing: readonly string[],
): Conclusion {
  const because = `${name} was going and closed the kept-alive connection when the request was on its way`;
  return { cause: 'keepalive-race', confidence, because, evidence, missing };
}
