import { podTrouble } from '../cluster/kube/pod-trouble.ts';
import { countOf } from '../model/count-of.ts';
import type { KubeEvent, Pod } from './kube-object.ts';

/** What keeps a Pod from being Ready, a line each: conditions that are not met, containers that wait or have ended. */
export function describePod({ metadata, spec, status }: Pod): string[] {
  const conditions = (status?.conditions ?? [])
    .filter((condition) => condition.status !== 'True' && condition.message !== undefined)
    .map(({ type, reason, message }) => `${type} is not True: ${reason ?? ''}: ${message ?? ''}`);
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    ({ name, state, lastState, restartCount }) => {
      const lines: string[] = [];
      const waiting = state?.waiting;
      if (waiting)
        lines.push(
          `container ${name} waits: ${waiting.reason ?? 'no reason given'}: ${waiting.message ?? ''}`,
        );
      const ended = state?.terminated ?? lastState?.terminated;
      if (ended) {
        const how = ended.signal === undefined ? `code ${ended.exitCode}` : `signal ${ended.signal}`;
        lines.push(
          `container ${name} ended with ${how} (${ended.reason ?? ''}), restarted ${countOf(restartCount, 'time')}`,
        );
      }
      return lines;
    },
  );
  const title = `Pod ${metadata?.name ?? ''} on ${spec?.nodeName ?? 'no node'}: ${status?.phase ?? 'no phase'}`;
  return [title, ...[...conditions, ...containers].map((line) => `  ${line.replace(/[:\s]+$/, '')}`)];
}

/**
 * The likeliest cause in one phrase, for the headline: `ImagePullBackOff: …`, `Unschedulable: …`, `Error: exit code 3`;
 * else the newest of the Events given; `null` when nothing stands out.
 */
export function likelyCause(pods: readonly Pod[], events: readonly KubeEvent[]): string | null {
  for (const pod of pods) {
    const trouble = podTrouble(pod);
    if (trouble !== null) return trouble;
  }
  const newest = events.at(-1);
  return newest === undefined ? null : `${newest.reason ?? ''}: ${newest.message ?? ''}`;
}

export function describeEvent({ reason, message, involvedObject }: KubeEvent): string {
  return `Event ${reason ?? ''} (${involvedObject.kind ?? ''} ${involvedObject.name ?? ''}): ${message?.trim() ?? ''}`;
}
