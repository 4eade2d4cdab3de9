import { NS_PER_MS } from '../../model/duration.ts';
import type { Finding } from '../../model/verdict.ts';
import { formatRange } from '../milestones/container-ends.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { lastingContainers } from '../objects/container-specs.ts';
import { orderOf } from '../times/order-of.ts';

type Input = Pick<JudgedTrial, 'pod' | 'record' | 'servingContainer' | 'ends' | 'hookFates'>;

/**
 * A strategy's preStop delays the container that it is put on. Where another one serves the port that gets the load
 * (a proxy before the app), and has no hook of its own, that one is stopped at once: unless it is a sidecar, which waits
 * for the others. What was seen of the two decides, where anything was.
 */
export function strategyContainerFindings(input: Input): readonly Finding[] {
  const { record, servingContainer: serving, ends, pod } = input;
  const { app } = record;
  if (app === undefined || serving === null || serving === app.container) return [];
  const containers = lastingContainers(pod?.object ?? {});
  const hooked = containers.find(({ name }) => name === app.container);
  if (hooked === undefined || Object.keys(hooked.preStop).length === 0) return [];
  const server = containers.find(({ name }) => name === serving);
  if (server === undefined || Object.keys(server.preStop).length > 0) return [];
  const stops = ends.filter(({ container, signalled }) => container === serving && signalled !== undefined);
  const early = stops.filter((stop) => isBeforeHookEnd(stop, input));
  if (stops.length > 0 ? early.length === 0 : server.sidecar) return [];
  const times = early.flatMap(({ deleted, signalled }) =>
    deleted === undefined || signalled === undefined ? [] : [(signalled.atNs - deleted.atNs) / NS_PER_MS],
  );
  const signal = early[0]?.signalled?.detail ?? 'its stop signal';
  const measured =
    times.length === 0
      ? ''
      : ` Measured: “${serving}” got ${signal} ${formatRange(times)} after the delete, while the hook of “${app.container}” still ran.`;
  return [
    {
      code: 'preflight-hook-on-other-container',
      severity: 'warning',
      message: `The preStop of this strategy is on container “${app.container}”, but “${serving}” serves port ${app.port}, and has none: it is stopped at once.${measured}`,
      eventIds: early.flatMap(({ signalled }) => signalled?.eventId ?? []),
      container: serving,
    },
  ];
}

/** The one that serves was told to stop before the strategy's hook, in the same Pod, was over. */
function isBeforeHookEnd(
  { podUid, signalled }: JudgedTrial['ends'][number],
  { record, hookFates }: Input,
): boolean {
  const fate = hookFates.find((each) => each.podUid === podUid && each.container === record.app?.container);
  if (signalled === undefined || fate === undefined) return false;
  if (fate.over !== undefined) return orderOf(signalled, fate.over) === 'before';
  return fate.started !== undefined && fate.end === 'unknown' && fate.exited === undefined;
}
