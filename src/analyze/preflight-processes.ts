import { NS_PER_MS } from '../model/duration.ts';
import type { ProcessFactsEvent, SignalEvent } from '../model/history-event.ts';
import type { Milestone } from '../model/milestone.ts';
import type { Finding } from '../model/verdict.ts';
import { firstProcessFacts } from './first-process-facts.ts';
import { formatMs } from './format-ms.ts';
import type { PreflightInput } from './preflight-input.ts';
import { asText } from './read-json.ts';
import { signalName } from './signal-name.ts';

const SIGTERM = 15;
const SHELLS: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash', 'zsh', 'ksh', 'busybox']);

/**
 * First processes that do not hear the stop signal. What the kernel did with the signal that was sent decides; where
 * nobody saw that, a process that is number 1 of its namespace is only accused when it has no handler, does not hold the
 * signal back and does not wait for signals (as tini does).
 */
export function processFindings(input: PreflightInput): readonly Finding[] {
  return [...firstProcessFacts(input.events, input.book).values()].flatMap((fact): readonly Finding[] => {
    const { containerName: container } = fact;
    const sent = sentSignal(input, fact);
    const stop = sent?.signal ?? SIGTERM;
    if (!isDeaf(fact, stop, sent?.result)) return [];
    const program = asText(fact.commandLine.join(' ')) ?? fact.comm;
    const measured = measuredSignal(input, fact, sent);
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
        eventIds: [fact.id],
        container,
      },
    ];
  });
}

function isDeaf(fact: ProcessFactsEvent, stop: number, result: SignalEvent['result']): boolean {
  // A shell that has a handler runs a script with a trap, which knows what it does.
  if (fact.handledSignals.includes(stop)) return false;
  if (result !== undefined) return result === 'ignored';
  if (fact.innerPid !== 1) return false;
  return fact.waitsForSignals !== true && fact.blockedSignals?.includes(stop) !== true;
}

/** The stop signal that the container's first process was really sent, as its image or Pod wants it. */
function sentSignal(
  { events, milestones }: PreflightInput,
  fact: ProcessFactsEvent,
): SignalEvent | undefined {
  const sent = milestones.find(
    ({ name, container }) => name === 'signal-sent' && container === fact.containerName,
  );
  return events.find(
    (event): event is SignalEvent => event.type === 'signal-sent' && event.id === sent?.eventId,
  );
}

/** What became of the stop signal of that container. */
function measuredSignal(
  { milestones }: PreflightInput,
  fact: ProcessFactsEvent,
  signal: SignalEvent | undefined,
): string {
  const own = (name: Milestone['name']) =>
    milestones.find((each) => each.name === name && each.container === fact.containerName);
  const sent = own('signal-sent');
  if (sent === undefined) return 'No stop signal was seen in this trial.';
  const killed = own('kill-sent');
  const exited = own('process-exited');
  const what =
    signal?.result === 'ignored' ? 'Measured: the kernel dropped the signal' : 'Measured: it got the signal';
  if (killed !== undefined) return `${what}; SIGKILL ended it after ${since(sent, killed)}.`;
  return exited === undefined ? `${what}.` : `${what}; it ended after ${since(sent, exited)}.`;
}

function since(from: Milestone, to: Milestone): string {
  return formatMs((to.atNs - from.atNs) / NS_PER_MS);
}
