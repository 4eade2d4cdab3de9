import type { Milestone } from '../model/milestone.ts';
import type { Finding } from '../model/verdict.ts';
import { firstProcessFacts } from './first-process-facts.ts';
import { hookSleepSeconds } from './hook-sleep-seconds.ts';
import type { KnownPod } from './pod-book.ts';
import type { PreflightInput } from './preflight-input.ts';
import { asList, asRecord } from './read-json.ts';

interface Hook {
  readonly container: string;
  readonly command: string | null;
  readonly sleepSeconds: number;
  /** A sidecar's hook begins with those of the others. */
  readonly sidecar: boolean;
}

/** preStop hooks that cannot run, did not run, or leave the app no time. */
export function hookFindings(pod: KnownPod, input: PreflightInput): readonly Finding[] {
  return hooksOf(pod).flatMap((hook) => [
    ...programFindings(hook, input),
    ...failedFindings(hook, input),
    ...graceFindings(hook, pod, input),
  ]);
}

function hooksOf(pod: KnownPod): readonly Hook[] {
  const spec = asRecord(pod.object['spec']);
  const sidecars = asList(spec['initContainers'])
    .map(asRecord)
    .filter((container) => container['restartPolicy'] === 'Always');
  const all = [
    ...asList(spec['containers']).map((container) => ({ container: asRecord(container), sidecar: false })),
    ...sidecars.map((container) => ({ container, sidecar: true })),
  ];
  return all.map(({ container, sidecar }) => {
    const preStop = asRecord(asRecord(container['lifecycle'])['preStop']);
    const command = asList(asRecord(preStop['exec'])['command']).join(' ');
    return {
      container: String(container['name']),
      command: command === '' ? null : command,
      sleepSeconds: hookSleepSeconds(preStop),
      sidecar,
    };
  });
}

/** Known before the first request: the container's own file system was looked at. */
function programFindings({ container, command }: Hook, input: PreflightInput): readonly Finding[] {
  const facts = firstProcessFacts(input.events, input.book).get(container);
  const missing = facts?.missingPrograms ?? [];
  if (facts === undefined || missing.length === 0) return [];
  const failed = failedHooks(container, input).length;
  const measured =
    failed > 0 ? `Measured: it failed in ${failed} Pods.` : 'Measured: no failed hook was seen.';
  const names = missing.map((name) => `“${name}”`).join(' and ');
  return [
    {
      code: 'preflight-prestop-program-missing',
      severity: 'warning',
      message: `The preStop hook of container “${container}” runs “${command ?? ''}”, but ${names} cannot be found in the container. ${measured}`,
      eventIds: [facts.id],
      container,
    },
  ];
}

function failedFindings({ container, command }: Hook, input: PreflightInput): readonly Finding[] {
  const failed = failedHooks(container, input);
  if (failed.length === 0) return [];
  // Where the container was looked into, that has been said.
  const looked = firstProcessFacts(input.events, input.book).get(container)?.missingPrograms !== undefined;
  const hint =
    command === null || looked
      ? ''
      : ` Is “${command.split(' ')[0] ?? ''}” in the image? The hook runs “${command}”.`;
  return [
    {
      code: 'preflight-prestop-failed',
      severity: 'warning',
      message: `The preStop hook of container “${container}” failed in ${failed.length} Pods (FailedPreStopHook): the stop signal came as if there were none.${hint}`,
      eventIds: failed.map(({ eventId }) => eventId).filter((id) => id !== null),
      container,
    },
  ];
}

function failedHooks(container: string, { milestones }: PreflightInput): readonly Milestone[] {
  return milestones.filter((each) => each.name === 'prestop-failed' && each.container === container);
}

function graceFindings(
  hook: Hook,
  pod: KnownPod,
  { record, milestones }: PreflightInput,
): readonly Finding[] {
  const { container, sleepSeconds, sidecar } = hook;
  const graceSeconds = Number(asRecord(pod.object['spec'])['terminationGracePeriodSeconds'] ?? 30);
  const { shutdown } = record.trial.strategy;
  const drainSeconds = shutdown?.mode === 'drain' && !sidecar ? shutdown.drainSeconds : 0;
  const killed = milestones.filter((each) => each.name === 'kill-sent' && each.container === container);
  const took =
    killed.length > 0
      ? `Measured: it was killed in ${killed.length} Pods.`
      : 'Measured: no SIGKILL was seen.';
  const sleeps = `preStop of container “${container}” ${sleepSeconds === Infinity ? 'sleeps for ever' : `sleeps ${sleepSeconds} s`}`;
  if (sleepSeconds > 0 && sleepSeconds >= graceSeconds) {
    return [
      {
        code: 'preflight-sleep-exceeds-grace',
        severity: 'warning',
        message: `${sleeps}, of a grace period of ${graceSeconds} s: nothing is left for the app, it is killed 2 s later. ${took}`,
        container,
      },
    ];
  }
  if (sleepSeconds + drainSeconds <= graceSeconds) return [];
  return [
    {
      code: 'preflight-grace-too-short',
      severity: 'warning',
      message: `${sleeps}, and draining takes ${drainSeconds} s: more than the grace period of ${graceSeconds} s. ${took}`,
      container,
    },
  ];
}
