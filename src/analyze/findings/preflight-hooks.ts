import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { ProcessFactsEvent } from '../../model/history-event.ts';
import { hookSleepSeconds } from '../../model/hook-sleep-seconds.ts';
import { drainSecondsOf } from '../../model/scenario.ts';
import type { Finding } from '../../model/verdict.ts';
import { describeEnds, formatRange, type ContainerEnd } from '../milestones/container-ends.ts';
import { firstProcessFacts } from './preflight-processes.ts';
import { graceSecondsOf } from '../objects/grace-of.ts';
import type { HookEnd, HookFate } from '../milestones/hook-fates.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { lastingContainers } from '../objects/container-specs.ts';
import { asList, asRecord } from '../objects/read-json.ts';

/** The kubelet leaves a container that much of nothing to end in, s. */
const LEAST_GRACE_SECONDS = 2;

type Input = Pick<JudgedTrial, 'pod' | 'record' | 'events' | 'book' | 'ends' | 'hookFates'>;

interface Hook {
  readonly container: string;
  readonly command: string | null;
  readonly sleepSeconds: number;
  readonly sidecar: boolean;
  readonly graceSeconds: number;
  /** What became of it in the Pods that went; empty where none did. */
  readonly fates: readonly HookFate[];
  /** How its containers ended there. */
  readonly ends: readonly ContainerEnd[];
}

/** preStop hooks that cannot run, did not run, or leave the app no time: each as it was measured, where it was. */
export function hookFindings(input: Input): readonly Finding[] {
  return hooksOf(input).flatMap((hook) => {
    const missing = programFindings(hook, input);
    const tooLong = graceFindings(hook, input);
    return [...missing, ...endFindings(hook, missing.length > 0, tooLong.length > 0), ...tooLong];
  });
}

function hooksOf({ pod, hookFates, ends }: Input): readonly Hook[] {
  return lastingContainers(pod?.object ?? {})
    .filter(({ preStop }) => Object.keys(preStop).length > 0)
    .map(({ name, preStop, sidecar }) => {
      const command = asList(asRecord(preStop['exec'])['command']).join(' ');
      return {
        container: name,
        command: command === '' ? null : command,
        sleepSeconds: hookSleepSeconds(preStop),
        sidecar,
        graceSeconds: graceSecondsOf(pod?.object ?? {}),
        fates: hookFates.filter(({ container }) => container === name),
        ends: ends.filter(({ container }) => container === name),
      };
    });
}

/** Known before the first request: the container's own file system was looked at. */
function programFindings(hook: Hook, { events, book }: Input): readonly Finding[] {
  const { container, command } = hook;
  const facts = firstProcessFacts(events, book).get(container);
  const missing = facts?.missingPrograms ?? [];
  if (facts === undefined || missing.length === 0) return [];
  const failed = withEnd(hook, 'failed', 'failed-or-cut');
  const measured =
    failed.length > 0
      ? `Measured: it failed in ${countOf(failed.length, 'Pod')}${signalWords(failed)}.`
      : 'Measured: no failed hook was seen.';
  return [
    {
      code: 'preflight-prestop-program-missing',
      severity: 'warning',
      message: `The preStop hook of container “${container}” runs “${command ?? ''}”, but ${whatIsMissing(facts)}. ${measured} A native sleep (preStop.sleep) needs no program of the image.`,
      eventIds: [facts.id],
      container,
    },
  ];
}

/** E.g. `“sleep” cannot be found in the container: it is at /bin/sleep, which is not on its PATH (/usr/local/bin)`. */
function whatIsMissing({
  missingPrograms = [],
  searchedPath,
  programsElsewhere = {},
}: ProcessFactsEvent): string {
  const names = missingPrograms.map((name) => `“${name}”`).join(' and ');
  const byPath = missingPrograms.every((name) => name.includes('/'));
  const places = missingPrograms.flatMap((name) => programsElsewhere[name] ?? []);
  const on = searchedPath === undefined || byPath ? '' : ` on its PATH (${searchedPath})`;
  const others = places.length === 0 ? '' : `; there is ${places.join(' and ')}`;
  return `${names} cannot be found in the container${on}${others}`;
}

/** @param isExplained why it failed has been said; @param isForetold that it is cut off has been said */
function endFindings(hook: Hook, isExplained: boolean, isForetold: boolean): readonly Finding[] {
  const { container, command, graceSeconds } = hook;
  const name = `The preStop hook of container “${container}”`;
  const finding = (
    fates: readonly HookFate[],
    code: string,
    severity: Finding['severity'],
    message: string,
  ): readonly Finding[] =>
    fates.length === 0 ? [] : [{ code, severity, message, eventIds: overEvents(fates), container }];
  const failed = withEnd(hook, 'failed');
  const doubtful = withEnd(hook, 'failed-or-cut');
  const cut = isForetold ? [] : withEnd(hook, 'cut-by-grace');
  const outlived = withEnd(hook, 'ended-with-container');
  const hint =
    command === null || isExplained
      ? ''
      : ` Is “${command.split(' ')[0] ?? ''}” in the image? The hook runs “${command}”.`;
  return [
    ...finding(
      failed,
      'preflight-prestop-failed',
      'warning',
      `${name} failed in ${countOf(failed.length, 'Pod')} (FailedPreStopHook): it delayed nothing from then on${signalWords(failed)}.${hint}`,
    ),
    ...finding(
      doubtful,
      'preflight-prestop-failed',
      'warning',
      `${name} did not come to its end in ${countOf(doubtful.length, 'Pod')} (FailedPreStopHook): it failed, or was cut off, which cannot be told apart here.${hint}`,
    ),
    ...finding(
      cut,
      'preflight-prestop-cut-off',
      'warning',
      `${name} was cut off${overWords(cut)} in ${countOf(cut.length, 'Pod')}: it had not ended when the grace period of ${graceSeconds} s was over${signalWords(cut)}. ${endWords(cut)}`,
    ),
    ...finding(
      outlived,
      'preflight-prestop-outlived',
      'info',
      `${describeEnds(outlived, `Container “${container}”`) ?? ''}, while its preStop hook still ran (${countOf(outlived.length, 'Pod')}): no stop signal was needed, and the hook ended with it.`,
    ),
  ];
}

function graceFindings(hook: Hook, { record }: Input): readonly Finding[] {
  const { container, sleepSeconds, sidecar, graceSeconds, fates } = hook;
  const { shutdown } = record.trial.strategy;
  const drainSeconds = sidecar ? 0 : drainSecondsOf(shutdown);
  const sleeps = `preStop of container “${container}” ${sleepSeconds === Infinity ? 'sleeps for ever' : `sleeps ${sleepSeconds} s`}`;
  const warning = (code: string, message: string): readonly Finding[] => [
    { code, severity: 'warning', message, eventIds: overEvents(fates), container },
  ];
  if (sleepSeconds > 0 && sleepSeconds >= graceSeconds) {
    // What it says and what it does are two: a script may come to an end before its longest sleep.
    if (fates.length > 0 && fates.every((fate) => endedInTime(fate, graceSeconds))) return [];
    const cut = withEnd(hook, 'cut-by-grace');
    const measured =
      cut.length > 0
        ? ` Measured: it was cut off${overWords(cut)} in ${countOf(cut.length, 'Pod')}${signalWords(cut)}. ${endWords(cut)}`
        : '';
    return warning(
      'preflight-sleep-exceeds-grace',
      `${sleeps}, of a grace period of ${graceSeconds} s: nothing of it is left for the app, which gets ${LEAST_GRACE_SECONDS} s to end.${measured}`,
    );
  }
  if (sleepSeconds + drainSeconds <= graceSeconds) return [];
  return warning(
    'preflight-grace-too-short',
    `${sleeps}, and draining takes ${drainSeconds} s: more than the grace period of ${graceSeconds} s. ${endWords(hook.ends)}`,
  );
}

function withEnd({ fates }: Hook, ...ends: readonly HookEnd[]): readonly HookFate[] {
  return fates.filter(({ end }) => ends.includes(end));
}

/** The hook was over, one way or another, before the grace period was. */
function endedInTime({ end, deleted, over }: HookFate, graceSeconds: number): boolean {
  if (end !== 'completed' && end !== 'ended-with-container') return false;
  if (deleted === undefined || over === undefined) return false;
  return (over.atNs - deleted.atNs) / NS_PER_MS < (graceSeconds - LEAST_GRACE_SECONDS) * 1000;
}

/** `; the stop signal came 31 ms after the delete`; nothing where nobody saw one. */
function signalWords(fates: readonly HookFate[]): string {
  const times = fates.flatMap(({ deleted, signalled }) =>
    deleted === undefined || signalled === undefined ? [] : [(signalled.atNs - deleted.atNs) / NS_PER_MS],
  );
  return times.length === 0 ? '' : `; the stop signal came ${formatRange(times)} after the delete`;
}

/** ` after 8.00 s`, since the delete. */
function overWords(fates: readonly HookFate[]): string {
  const times = fates.flatMap(({ deleted, over }) =>
    deleted === undefined || over === undefined ? [] : [(over.atNs - deleted.atNs) / NS_PER_MS],
  );
  return times.length === 0 ? '' : ` after ${formatRange(times)}`;
}

/** How the container ended, as a sentence. */
function endWords(ends: readonly ContainerEnd[]): string {
  const words = describeEnds(ends, 'the container');
  return words === null ? 'How the container ended was not seen.' : `Then ${words}.`;
}

function overEvents(fates: readonly HookFate[]): readonly number[] {
  return fates.flatMap(({ over, signalled }) =>
    [over, signalled].flatMap((step) => (step?.eventId == null ? [] : [step.eventId])),
  );
}
