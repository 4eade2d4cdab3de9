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
          `container ${name} ended with ${how} (${ended.reason ?? ''}), restarted ${restartCount} times`,
        );
      }
      return lines;
    },
  );
  const title = `Pod ${metadata?.name ?? ''} on ${spec?.nodeName ?? 'no node'}: ${status?.phase ?? 'no phase'}`;
  return [title, ...[...conditions, ...containers].map((line) => `  ${line.replace(/[:\s]+$/, '')}`)];
}

export function describeEvent({ reason, message, involvedObject }: KubeEvent): string {
  return `Event ${reason ?? ''} (${involvedObject.kind ?? ''} ${involvedObject.name ?? ''}): ${message?.trim() ?? ''}`;
}
