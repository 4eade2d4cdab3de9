import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { ProcessFactsEvent, SignalEvent, HistoryEvent } from '../../model/history-event.ts';
import { SHELLS } from '../../model/shells.ts';
import type { Finding } from '../../model/verdict.ts';
import { describeEnds, formatRange, type ContainerEnd } from '../milestones/container-ends.ts';
import { asText } from '../objects/read-json.ts';
import { signalName } from '../words/signal-name.ts';
import type { PodBook } from '../objects/pod-book.ts';
import type { JudgedTrial } from './judged-trial.ts';

const SIGTERM = 15;

type Input = Pick<JudgedTrial, 'events' | 'book' | 'ends'>;

/**
 * First processes that do not hear the stop signal. What the kernel did with the signal that was sent decides; where
 * nobody saw that, a process that is number 1 of its namespace is only accused when it has no handler, does not hold the
 * signal back, does not wait for signals (as tini does), and was not seen to end by itself after the signal.
 */
export function processFindings(input: Input): readonly Finding[] {
  return [...firstProcessFacts(input.events, input.book).values()].flatMap((fact): readonly Finding[] => {
    const { containerName: container } = fact;
    const stops = input.ends.filter((end) => end.container === container && end.signalled !== undefined);
    const signals = stops.flatMap(({ signalled }) => signalOf(signalled?.eventId, input) ?? []);
    const stop = signals[0]?.signal ?? SIGTERM;
    const ignored = signals.filter(({ result }) => result === 'ignored').length;
    if (!isDeaf(fact, stop, signals, stops)) return [];
    const program = asText(fact.commandLine.join(' ')) ?? fact.comm;
    const measured = measuredSignal(stops, ignored);
    const shell = SHELLS.has(fact.comm) || SHELLS.has(fact.commandLine[0]?.split('/').at(-1) ?? '');
    // In a shared process namespace it is the shell's own business, not that of process 1.
    if (shell && fact.innerPid !== undefined && fact.innerPid !== 1) return [];
    const message = shell
      ? `Process 1 of container “${container}” is a shell (${program}): it passes no signal on. ${measured}`
      : `Process 1 of container “${container}” (${program}) has no handler for ${signalName(stop)}, and the kernel ignores it for process 1. ${measured}`;
    return [
      {
        code: shell ? 'preflight-shell-is-pid-1' : 'preflight-signal-not-handled',
        severity: 'warning',
        message,
        eventIds: [fact.id, ...signals.map(({ id }) => id)],
        container,
      },
    ];
  });
}

function isDeaf(
  fact: ProcessFactsEvent,
  stop: number,
  signals: readonly SignalEvent[],
  stops: readonly ContainerEnd[],
): boolean {
  // A shell that has a handler runs a script with a trap, which knows what it does.
  if (fact.handledSignals.includes(stop)) return false;
  const results = signals.flatMap(({ result }) => result ?? []);
  if (results.length > 0) return results.includes('ignored');
  if (fact.innerPid !== 1) return false;
  if (stops.some(({ killed, exited }) => killed === undefined && exited !== undefined)) return false;
  return fact.waitsForSignals !== true && fact.blockedSignals?.includes(stop) !== true;
}

/** The stop signal that the container's first process was really sent, as its image or Pod wants it. */
function signalOf(id: number | null | undefined, { events }: Input): SignalEvent | undefined {
  return events.find((event): event is SignalEvent => event.type === 'signal-sent' && event.id === id);
}

/** What became of the stop signal of that container. */
function measuredSignal(stops: readonly ContainerEnd[], ignored: number): string {
  if (stops.length === 0) return 'No stop signal was seen in this trial.';
  const of = ignored === stops.length ? '' : ` in ${ignored} of ${countOf(stops.length, 'Pod')}`;
  const what = ignored > 0 ? `Measured: the kernel dropped the signal${of}` : 'Measured: it got the signal';
  const killed = stops.flatMap(({ signalled, killed: kill }) =>
    signalled === undefined || kill === undefined ? [] : [(kill.atNs - signalled.atNs) / NS_PER_MS],
  );
  if (killed.length === stops.length) return `${what}; SIGKILL ended it after ${formatRange(killed)}.`;
  const end = describeEnds(stops);
  return end === null ? `${what}.` : `${what}; ${end}.`;
}

/** What was seen of each container's first process before the traffic: its name → of one of the Pods, for all are alike. */
export function firstProcessFacts(
  events: readonly HistoryEvent[],
  book: PodBook,
): ReadonlyMap<string, ProcessFactsEvent> {
  const facts = new Map<string, ProcessFactsEvent>();
  for (const event of events) {
    if (event.type !== 'process-facts' || book.byUid(event.container.podUid) === undefined) continue;
    if (!facts.has(event.containerName)) facts.set(event.containerName, event);
  }
  return facts;
}
