import { NS_PER_MS } from '../../model/duration.ts';
import type { Evidence } from '../../model/attribution.ts';
import { orderOf } from '../order-of.ts';
import { ambiguous, shown, unexplained, type Conclusion } from './conclusion.ts';
import { exitBehind } from './exit-behind.ts';
import { judgeByTimes } from './judge-by-times.ts';
import { judgeFreshClose } from './judge-fresh-close.ts';
import type { PodLife } from './pod-lives.ts';
import type { RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** From the ledger's stamp to the Pod's kernel a request takes less than this … */
const TRANSIT_NS = 0.3 * NS_PER_MS;
/** … and even on a machine that is short of CPU hardly more than this. */
const LONG_TRANSIT_NS = 5 * NS_PER_MS;

/** Connected, and broken off before the answer was whole: by the Pod's end, or by a close that crossed the request. */
export function judgeBrokenConnection(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const life = trial.lives.of(target.pod.uid);
  return facts.closedByPod === null
    ? judgeByTimes(facts, target, life)
    : judgeByClose(facts, facts.closedByPod, target, life, trial);
}

/** The kernel saw how the Pod ended this very connection. */
function judgeByClose(
  facts: RequestFacts,
  close: NonNullable<RequestFacts['closedByPod']>,
  target: Target,
  life: PodLife,
  trial: TrialEvidence,
): Conclusion {
  const { name } = target.pod;
  const { event, unread } = close;
  const evidence: Evidence[] = [
    {
      eventId: event.id,
      atNs: event.atNs,
      what: `${name} ended the connection${unread ? ' with the request unread' : ''}`,
    },
  ];
  const late = facts.resetAfterClose;
  if (late !== null) {
    const what = `${name} answered what still came with a RST (${late.reason})`;
    evidence.push({ eventId: late.id, atNs: late.atNs, what });
  }
  const exit = exitBehind(event, target, life, trial);
  if (exit !== null) evidence.push(exit.shown);
  const arrived = arrivalOf(facts, close);
  const exact = exit?.exact === true;

  if (facts.fresh) {
    const held = { close, exit, exact: exact && arrived === 'surely', evidence };
    return judgeFreshClose(facts, target, life, held, trial);
  }
  if (arrived === 'surely-not' || arrived === 'contradictory') {
    if (arrived === 'contradictory') {
      const because = `what was seen of the connection contradicts itself: the request seems to have come before and after ${name} closed`;
      return ambiguous(['keepalive-race', 'killed-in-flight'], because, evidence);
    }
    return {
      cause: 'keepalive-race',
      confidence: 'certain',
      because: `${name} had closed the kept-alive connection when the request was on its way`,
      evidence,
    };
  }
  if (arrived === 'unknown') {
    const because = `${name} closed the connection within the very moment in which the request came`;
    return ambiguous(['keepalive-race', 'killed-in-flight'], because, evidence);
  }
  if (exit !== null) {
    return {
      cause: 'killed-in-flight',
      confidence: exact && arrived === 'surely' ? 'certain' : 'likely',
      because: `${name} had the request when its process ended`,
      evidence,
    };
  }
  // The app lives on. A request that it never read was no reason for it to keep the connection.
  if (unread) {
    return {
      cause: 'keepalive-race',
      confidence: 'likely',
      because: `${name} closed the connection as idle although the request had just come`,
      evidence,
    };
  }
  return life.goingSince === null
    ? unexplained(
        `${name} broke the connection off while it had the request, and nothing says that it was going`,
        [`why ${name} closed: no signal and no exit was seen`],
        evidence,
      )
    : {
        cause: 'killed-in-flight',
        confidence: 'likely',
        because: `${name} was going and broke off the request that it had`,
        evidence: [...evidence, shown(life.goingSince, `${name} was going (${life.goingSince.name})`)],
      };
}

type Arrival = 'surely' | 'probably' | 'unknown' | 'surely-not' | 'contradictory';

/** Had the request come when the Pod closed? */
function arrivalOf(
  facts: RequestFacts,
  { event, unread }: NonNullable<RequestFacts['closedByPod']>,
): Arrival {
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const answerBegan = facts.record.outcome === 'truncated' || facts.record.firstByteNs !== null;
  const longAfter = orderOf(start, event, LONG_TRANSIT_NS) === 'before';
  // The kernel refused data because they came after the close: that beats any guess of how long they may take.
  const dataRefused = facts.resetAfterClose?.reason.includes('ABORT_ON_DATA') === true;
  const surely = answerBegan || unread || (longAfter && !dataRefused);
  const surelyNot = facts.resetAfterClose !== null || orderOf(event, start) === 'before';
  if (surely && surelyNot) return 'contradictory';
  if (surely) return 'surely';
  if (surelyNot) return 'surely-not';
  return orderOf(start, event, TRANSIT_NS) === 'before' ? 'probably' : 'unknown';
}
