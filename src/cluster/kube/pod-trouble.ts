import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';

import type { Plain } from './plain.ts';

/** Waiting reasons of every container's first seconds: they explain nothing. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * What a Pod's own status says of why it does not run as it should, in one phrase: `Unschedulable: …`,
 * `ImagePullBackOff: …`, `Error: exit code 3`; `null` when nothing stands out.
 */
export function podTrouble({ status }: Plain<V1Pod>): string | null {
  const unscheduled = status?.conditions?.find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  );
  if (unscheduled !== undefined) return phrase(unscheduled.reason ?? 'not scheduled', unscheduled.message);
  for (const { state, lastState } of [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ]) {
    const ended = state?.terminated ?? lastState?.terminated;
    if (ended !== undefined)
      return phrase(`${ended.reason ?? 'ended'}: exit code ${ended.exitCode}`, ended.message);
    const { reason, message } = state?.waiting ?? {};
    if (reason !== undefined && !STARTING.has(reason)) return phrase(reason, message);
  }
  return null;
}

/**
 * Why a Pod is not Ready: what its status says, else the newest failure of a probe among `events` (all about this Pod),
 * else what its Ready condition says.
 */
export function whyNotReady(pod: Plain<V1Pod>, events: readonly Plain<CoreV1Event>[]): string {
  const trouble = podTrouble(pod);
  if (trouble !== null) return trouble;
  const probe = events
    .filter(({ reason }) => reason === 'Unhealthy')
    .toSorted((left, right) => timeOf(left) - timeOf(right))
    .at(-1);
  if (probe?.message !== undefined) return probe.message.trim();
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return `it has not begun to run (phase ${pod.status?.phase ?? 'unknown'})`;
  return phrase(ready.reason ?? 'not Ready', ready.message);
}

/** ms since the epoch; of one that was seen several times, the last. */
export function timeOf({ lastTimestamp, eventTime, firstTimestamp }: Plain<CoreV1Event>): number {
  return new Date(lastTimestamp ?? eventTime ?? firstTimestamp ?? 0).getTime();
}

function phrase(reason: string, message: string | undefined): string {
  return message === undefined || message === '' ? reason : `${reason}: ${message.trim()}`;
}
