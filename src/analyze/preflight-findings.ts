import { NS_PER_MS, NS_PER_S } from '../model/duration.ts';
import type { HistoryEvent, ProcessFactsEvent, SignalEvent } from '../model/history-event.ts';
import type { Milestone } from '../model/milestone.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import { formatMs } from './format-ms.ts';
import type { KnownPod, PodBook } from './pod-book.ts';
import { asList, asRecord, asText } from './read-json.ts';
import { signalName } from './signal-name.ts';

export interface PreflightInput {
  readonly record: TrialRecord;
  readonly events: readonly HistoryEvent[];
  readonly book: PodBook;
  readonly milestones: readonly Milestone[];
}

const SIGTERM = 15;
const SHELLS: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash', 'zsh', 'ksh', 'busybox']);

/**
 * What could have been known of the strategy before any traffic, each tied to what was then measured: a process that
 * does not hear the stop signal, a hook that cannot run or does not fit into the grace period, a readiness probe that
 * is missing or too slow, a single replica. Codes begin with `preflight-`.
 */
export function preflightFindings(input: PreflightInput): readonly Finding[] {
  const pod = subjectOf(input);
  return [
    ...processFindings(input),
    ...(pod === undefined
      ? []
      : [...hookFindings(pod, input), ...readinessFindings(pod, input), ...replicaFindings(input)]),
  ];
}

/** The Pods of a trial are alike: a victim where there is one, else the first. */
function subjectOf({ record, book }: PreflightInput): KnownPod | undefined {
  const known = book.pods.filter(({ object }) => 'spec' in object);
  return known.find(({ uid }) => record.victims.some((victim) => victim.uid === uid)) ?? known[0];
}

function processFindings(input: PreflightInput): readonly Finding[] {
  const { events, book } = input;
  const facts = new Map<string, ProcessFactsEvent>();
  for (const event of events) {
    if (event.type === 'process-facts' && book.byUid(event.container.podUid) !== undefined) {
      if (!facts.has(event.containerName)) facts.set(event.containerName, event);
    }
  }
  return [...facts.values()].flatMap((fact): readonly Finding[] => {
    const program = asText(fact.commandLine.join(' ')) ?? fact.comm;
    const eventIds = [fact.id];
    const stop = stopSignalOf(input, fact);
    // A shell that has a handler runs a script with a trap, which knows what it does.
    if (fact.handledSignals.includes(stop)) return [];
    const shell = SHELLS.has(fact.comm) || SHELLS.has(fact.commandLine[0]?.split('/').at(-1) ?? '');
    if (shell) {
      return [
        {
          code: 'preflight-shell-is-pid-1',
          severity: 'warning',
          message: `Process 1 of container “${fact.containerName}” is a shell (${program}): it passes no signal on. ${measuredSignal(input, fact)}`,
          eventIds,
        },
      ];
    }
    return [
      {
        code: 'preflight-signal-not-handled',
        severity: 'warning',
        message: `Process 1 of container “${fact.containerName}” (${program}) has no handler for ${signalName(stop)}, and the kernel ignores it for process 1. ${measuredSignal(input, fact)}`,
        eventIds,
      },
    ];
  });
}

/** The signal that this container was really sent, as its image or Pod wants it; before that, what most want. */
function stopSignalOf({ events, milestones }: PreflightInput, fact: ProcessFactsEvent): number {
  const sent = milestones.find(
    ({ name, container }) => name === 'signal-sent' && container === fact.containerName,
  );
  const event = events.find(({ id, type }) => type === 'signal-sent' && id === sent?.eventId);
  return event?.type === 'signal-sent' ? event.signal : SIGTERM;
}

/** What became of the stop signal of that container. */
function measuredSignal({ events, milestones }: PreflightInput, fact: ProcessFactsEvent): string {
  const own = (name: Milestone['name']) =>
    milestones.find((each) => each.name === name && each.container === fact.containerName);
  const sent = own('signal-sent');
  if (sent === undefined) return 'No stop signal was seen in this trial.';
  const signal = events.find(
    (event): event is SignalEvent => event.type === 'signal-sent' && event.id === sent.eventId,
  );
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

function hookFindings(pod: KnownPod, input: PreflightInput): readonly Finding[] {
  const { record, milestones } = input;
  const findings: Finding[] = [];
  const failed = milestones.filter(({ name }) => name === 'prestop-failed');
  const [firstFailed] = failed;
  if (firstFailed !== undefined) {
    const command = execCommand(pod);
    const hint =
      command === null
        ? ''
        : ` Is “${command.split(' ')[0] ?? ''}” in the image? The hook runs “${command}”.`;
    findings.push({
      code: 'preflight-prestop-failed',
      severity: 'warning',
      message: `The preStop hook failed in ${failed.length} containers (FailedPreStopHook): the stop signal came as if there were none.${hint}`,
      eventIds: failed.map(({ eventId }) => eventId).filter((id) => id !== null),
    });
  }
  const graceSeconds = Number(asRecord(pod.object['spec'])['terminationGracePeriodSeconds'] ?? 30);
  const sleepSeconds = sleepOf(pod);
  const { shutdown } = record.trial.strategy;
  const drainSeconds = shutdown?.mode === 'drain' ? shutdown.drainSeconds : 0;
  const took = measuredEnd(milestones);
  if (sleepSeconds > 0 && sleepSeconds >= graceSeconds) {
    findings.push({
      code: 'preflight-sleep-exceeds-grace',
      severity: 'warning',
      message: `preStop sleeps ${sleepSeconds} s of a grace period of ${graceSeconds} s: nothing is left for the app, it is killed 2 s later. ${took}`,
    });
  } else if (sleepSeconds + drainSeconds > graceSeconds) {
    findings.push({
      code: 'preflight-grace-too-short',
      severity: 'warning',
      message: `preStop (${sleepSeconds} s) and draining (${drainSeconds} s) do not fit into the grace period of ${graceSeconds} s. ${took}`,
    });
  }
  return findings;
}

function measuredEnd(milestones: readonly Milestone[]): string {
  const killed = milestones.filter(({ name }) => name === 'kill-sent').length;
  return killed > 0 ? `Measured: ${killed} containers were killed.` : 'Measured: no SIGKILL was seen.';
}

function containersOf(pod: KnownPod): readonly Readonly<Record<string, unknown>>[] {
  return asList(asRecord(pod.object['spec'])['containers']).map(asRecord);
}

function preStopsOf(pod: KnownPod): readonly Readonly<Record<string, unknown>>[] {
  return containersOf(pod).map((container) => asRecord(asRecord(container['lifecycle'])['preStop']));
}

function execCommand(pod: KnownPod): string | null {
  const commands = preStopsOf(pod).map((hook) => asList(asRecord(hook['exec'])['command']).join(' '));
  return commands.find((command) => command !== '') ?? null;
}

/** The longest sleep among the hooks, by whichever means, s. */
function sleepOf(pod: KnownPod): number {
  const native = preStopsOf(pod).map((hook) => Number(asRecord(hook['sleep'])['seconds'] ?? 0));
  const command = /(?:^|[\s/;])sleep\s+(\d+(?:\.\d+)?)/.exec(execCommand(pod) ?? '');
  return Math.max(0, ...native, Number(command?.[1] ?? 0));
}

function readinessFindings(pod: KnownPod, { record }: PreflightInput): readonly Finding[] {
  const probes = containersOf(pod).map((container) => asRecord(container['readinessProbe']));
  const [probe] = probes.filter((each) => Object.keys(each).length > 0);
  if (probe === undefined) {
    const message =
      'No container has a readiness probe: a new Pod gets traffic as soon as its process runs, listening or not.';
    return [{ code: 'preflight-no-readiness-probe', severity: 'warning', message }];
  }
  const { shutdown } = record.trial.strategy;
  if (shutdown?.mode !== 'drain') return [];
  const period = Number(probe['periodSeconds'] ?? 10);
  const flipSeconds = period * Number(probe['failureThreshold'] ?? 3);
  if (flipSeconds <= shutdown.drainSeconds) return [];
  const message = `Failing readiness takes up to ${flipSeconds} s to be noticed (every ${period} s), the app drains ${shutdown.drainSeconds} s: the probe cannot flip in time. Only the deletion itself takes the Pod out of use.`;
  return [{ code: 'preflight-readiness-too-slow', severity: 'info', message }];
}

function replicaFindings({ record, events, milestones }: PreflightInput): readonly Finding[] {
  const disruption = events.find((event) => event.type === 'action')?.atNs ?? Infinity;
  const pods = new Set(
    events.flatMap((event) =>
      event.type === 'object' &&
      event.kind === 'Pod' &&
      event.namespace === record.namespace &&
      event.atNs < disruption
        ? [event.uid]
        : [],
    ),
  );
  if (pods.size !== 1 || disruption === Infinity) return [];
  const ready = milestones.find(({ name }) => name === 'replacement-ready');
  const without =
    ready === undefined
      ? 'no replacement became Ready'
      : `the replacement was Ready after ${((ready.atNs - disruption) / NS_PER_S).toFixed(1)} s`;
  const message = `There is a single replica: whatever preStop does, nobody else can answer. Measured: ${without}.`;
  return [{ code: 'preflight-single-replica', severity: 'warning', message }];
}
