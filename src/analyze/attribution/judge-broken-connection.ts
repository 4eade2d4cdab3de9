import type { Evidence } from '../../model/attribution.ts';
import type { ResetEvent } from '../../model/history-event.ts';
import { orderOf } from '../times/order-of.ts';
import { arrivalOf, type Arrival } from './arrival.ts';
import { ambiguous, shown, unexplained, type Conclusion } from './conclusion.ts';
import { exitBehind, type ExitBehind } from './exit-behind.ts';
import { judgeByTimes } from './judge-by-times.ts';
import { judgeFreshClose } from './judge-fresh-close.ts';
import { judgeOnTheWay } from './judge-on-the-way.ts';
import { isMalformed } from './judge-own-doing.ts';
import type { PodLife } from './pod-lives.ts';
import type { Close, RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** Connected, and broken off before the answer was whole: by the Pod's end, or by a close that crossed the request. */
export function judgeBrokenConnection(facts: RequestFacts, target: Target, trial: TrialEvidence): Conclusion {
  const life = trial.lives.at(target.pod.uid, facts.endNs);
  if (isMalformed(facts.record)) return judgeMalformed(facts, target);
  if (facts.closedByPod !== null) return judgeByClose(facts, facts.closedByPod, target, life, trial);
  return judgeOnTheWay(facts, target) ?? judgeByTimes(facts, target, life, trial.hasKernel);
}

/** The Pod sent what is no HTTP: no close of its, and no kill, made the request fail. */
function judgeMalformed({ record, endNs }: RequestFacts, { pod: { name } }: Target): Conclusion {
  const code = record.errorCode ?? '';
  const evidence = [{ eventId: null, atNs: endNs, what: `the answer of ${name} was no HTTP (${code})` }];
  const because = `${name} answered what is no HTTP (${code}): the client gave up`;
  return unexplained(because, ['why the app answered so: its own log tells'], evidence);
}

/** The kernel saw how the Pod ended this very connection. */
function judgeByClose(
  facts: RequestFacts,
  close: Close,
  target: Target,
  life: PodLife,
  trial: TrialEvidence,
): Conclusion {
  const { name } = target.pod;
  const { event, unread, lastReadNs } = close;
  const evidence: Evidence[] = [
    {
      eventId: event.id,
      atNs: event.atNs,
      what: `${name} ended the connection${unread ? ' with data unread' : ''}`,
    },
  ];
  if (lastReadNs !== null && lastReadNs >= facts.startNs - facts.uncertaintyNs) {
    evidence.push({ eventId: event.id, atNs: lastReadNs, what: `a process of ${name} read the request` });
  }
  const late = facts.resetAfterClose;
  if (late !== null) {
    const what = `${name} answered what still came with a RST (${late.reason})`;
    evidence.push({ eventId: late.id, atNs: late.atNs, what });
  }
  const exit = exitBehind(event, target, life, trial);
  if (exit !== null) evidence.push(...exit.shown);
  const arrived = arrivalOf(facts, close);
  if (facts.fresh) return judgeFreshClose(facts, target, life, { close, exit, arrived, evidence }, trial);
  switch (arrived) {
    case 'contradictory':
      return ambiguous(
        ['keepalive-race', 'killed-in-flight'],
        `what was seen of the connection contradicts itself: the request seems to have come before and after ${name} closed`,
        evidence,
      );
    case 'surely-not':
      return {
        cause: 'keepalive-race',
        // A FIN is no proof that it came: the answer to the request is, or what the client was told.
        confidence:
          isAnswerOfPod(late, life, trial) || facts.clientTold || facts.record.outcome === 'closed-early'
            ? 'certain'
            : 'likely',
        because: `${name} had closed the kept-alive connection when the request was on its way`,
        evidence,
      };
    case 'unknown':
      return ambiguous(
        ['keepalive-race', 'killed-in-flight'],
        `${name} closed the connection within the very moment in which the request came`,
        evidence,
      );
    default:
      return judgeHeld(facts, close, { name, life, arrived, exit, evidence });
  }
}

/** A socket refused what came; or nobody had one, and something later shows that the address was still the Pod's. */
function isAnswerOfPod(
  late: ResetEvent | null,
  { released, exits }: PodLife,
  { gaps }: TrialEvidence,
): boolean {
  if (late === null) return false;
  if (late.reason.includes('ABORT_ON_DATA')) return true;
  // What a status tells of a container's end comes long after it: by then the address can be another Pod's.
  const ends = exits.filter(({ name }) => name !== 'container-terminated');
  return [released, ...ends].some(
    (step) => step !== null && gaps.around(step.eventId) === null && orderOf(late, step) === 'before',
  );
}

interface Held {
  readonly name: string;
  readonly life: PodLife;
  readonly arrived: Arrival;
  readonly exit: ExitBehind | null;
  readonly evidence: readonly Evidence[];
}

/** The request had come when the Pod closed its connection. */
function judgeHeld(facts: RequestFacts, close: Close, held: Held): Conclusion {
  const { name, life, arrived, exit, evidence } = held;
  if (exit !== null) {
    return {
      cause: 'killed-in-flight',
      confidence: exit.exact && arrived === 'surely' ? 'certain' : 'likely',
      because: `${name} had the request when ${exit.words}`,
      evidence,
    };
  }
  // The app lives on. A request that it never read was no reason for it to keep the connection. Of an upload some may
  // be unread although its head was not: then only the time of the last read tells.
  const read = close.lastReadNs !== null && close.lastReadNs >= facts.startNs - facts.uncertaintyNs;
  const unreadWhole = !read && (close.lastReadNs !== null || !facts.hasBody);
  if (close.unread && unreadWhole) {
    return {
      cause: 'keepalive-race',
      confidence: 'likely',
      because: `${name} closed the connection as idle although the request had just come`,
      evidence,
    };
  }
  if (life.goingSince === null || orderOf(life.goingSince, close.event) === 'after') {
    return unexplained(
      `${name} broke the connection off while it had the request, and nothing says that it was going`,
      [`why ${name} closed: no signal and no exit was seen`],
      evidence,
    );
  }
  return {
    cause: 'killed-in-flight',
    confidence: 'likely',
    because: `${name} was going and broke off the request that it had`,
    evidence: [...evidence, shown(life.goingSince, `${name} was going (${life.goingSince.name})`)],
  };
}
